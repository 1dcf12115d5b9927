#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/email.h"
#include "base/mutex.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "openid/fetch.h"
#include "openid/id_token.h"
#include "openid/jwk_set.h"

/// Logging in at an OpenID provider: the authorization code flow of OpenID Connect Core with PKCE
/// (RFC 7636), state and nonce.
namespace claviger::openid {

/// What a browser holds between leaving for the provider and coming back: 32 random bytes as text.
/// State, nonce and PKCE verifier are hashed from it, so that no node has to remember anything.
using LoginKey = Secret<struct LoginKeyTag>;
LoginKey make_login_key(Random& random);

/// Who we are to the provider.
struct ProviderOptions {
  std::string issuer;
  std::string client_id;
  OpenIdSecret client_secret;
  std::string redirect_uri;
};

/// What the provider sent the browser back with.
struct Callback {
  std::string_view code{}, state{}, error{}, issuer{};
};

/// Calls of the provider in one piece; safe for all threads. Each may take seconds, and only a few
/// go on at a time: errors of all: overloaded.
class Provider {
 public:
  Provider(ProviderOptions options, Fetch& fetch, const Clock& clock);

  const std::string& issuer() const { return options_.issuer; }

  /// Where to send the browser. Errors: openid_failed.
  Result<std::string> login_url(std::string_view login_key);
  /// The verified address of whoever came back. Errors: openid_expired, if the browser doesn't hold
  /// the key of this login; openid_failed; openid_not_verified.
  Result<Email> complete(const Callback& callback, std::string_view login_key);

 private:
  /// The provider's own document (OpenID Connect Discovery §3), as far as it is needed.
  struct Metadata {
    std::string authorization_endpoint{}, token_endpoint{}, jwks_uri{};
    std::string userinfo_endpoint{};  // empty: there is none
    bool takes_basic = true;
    Instant read_at{};
  };
  struct Keys {
    std::vector<Jwk> keys;
    Instant read_at{};
  };
  class Turn;

  Result<std::shared_ptr<const Metadata>> metadata();
  Result<Metadata> fetch_metadata();
  /// Not read anew more than once in a while, whoever asks.
  Result<std::shared_ptr<const Keys>> keys(const Metadata& from, const std::string& token);
  struct Tokens {
    std::string id_token{}, access_token{};
  };
  Result<Tokens> fetch_tokens(const Metadata& from, std::string_view code,
                              std::string_view login_key);
  /// Whom the tokens are of. An address that the ID token lacks is asked for (§5.4).
  Result<Person> person_of(const Metadata& from, const Tokens& tokens, std::string_view login_key);
  Result<std::string> get(const std::string& url);

  const ProviderOptions options_;
  Fetch& fetch_;
  const Clock& clock_;
  Mutex mutex_;
  int turns_ GUARDED_BY(mutex_) = 0;
  std::shared_ptr<const Metadata> metadata_ GUARDED_BY(mutex_);
  std::optional<Instant> failed_at_ GUARDED_BY(mutex_);
  std::shared_ptr<const Keys> keys_ GUARDED_BY(mutex_);
};

}  // namespace claviger::openid
