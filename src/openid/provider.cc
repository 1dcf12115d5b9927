#include "openid/provider.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.h"
#include "crypto/constant_time.h"
#include "crypto/hash.h"
#include "openid/json.h"
#include "openid/url.h"

namespace claviger::openid {
namespace {

constexpr int turns_max = 4;  // of the threads that may wait
constexpr seconds kept_for{3600};
constexpr seconds retry_after_failure{5};
constexpr seconds keys_kept_at_least{30};
constexpr std::size_t code_chars_max = 4096;

tl::unexpected<Error> failed(std::string cause) {
  return fail(Code::openid_failed, "The OpenID provider's answer is not acceptable.",
              std::move(cause));
}

std::string derived(std::string_view label, std::string_view login_key) {
  std::string text = "claviger openid ";
  text.append(label).append(" v1").append(1, '\0').append(login_key);
  return base64url(sha256(bytes_of(text)));
}
std::string state_of(std::string_view login_key) {
  return derived("state", login_key);
}
std::string nonce_of(std::string_view login_key) {
  return derived("nonce", login_key);
}
std::string verifier_of(std::string_view login_key) {
  return derived("verifier", login_key);
}

bool contains(const Json& value, std::string_view wanted) {
  simdjson::dom::array list;
  if (value.get(list)) return false;
  return std::ranges::any_of(list, [&](const Json& entry) {
    std::string_view text;
    return !entry.get(text) && text == wanted;
  });
}

}  // namespace

/// One of the few calls that may go on at a time.
class Provider::Turn {
 public:
  explicit Turn(Provider& provider) : provider_(provider) {
    const Lock lock(provider_.mutex_);
    is_taken_ = provider_.turns_ < turns_max;
    if (is_taken_) ++provider_.turns_;
  }
  ~Turn() {
    const Lock lock(provider_.mutex_);
    if (is_taken_) --provider_.turns_;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  Status status() const {
    if (is_taken_) return {};
    return fail(Code::overloaded, "Too many logins are under way.");
  }

 private:
  Provider& provider_;
  bool is_taken_ = false;
};

LoginKey make_login_key(Random& random) {
  std::array<std::uint8_t, 32> bytes{};
  random.fill(bytes);
  auto text = base64url(bytes);
  return LoginKey::take(text);
}

Provider::Provider(ProviderOptions options, Fetch& fetch, const Clock& clock)
    : options_(std::move(options)), fetch_(fetch), clock_(clock) {}

Result<std::string> Provider::get(const std::string& url) {
  auto answer = TRY(fetch_.fetch({.url = url}));
  if (answer.status != 200) return failed(url + " answered " + std::to_string(answer.status));
  return std::move(answer.body);
}

Result<Provider::Metadata> Provider::fetch_metadata() {
  auto base = options_.issuer;
  if (base.ends_with('/')) base.pop_back();
  const auto document = TRY(get(base + "/.well-known/openid-configuration"));
  Metadata found{.read_at = clock_.now()};
  std::string issuer;
  const auto take = [&](std::string_view name, const Json& value) {
    std::string_view text;
    const bool is_text = !value.get(text);
    if (is_text && name == "issuer") issuer = text;
    if (is_text && name == "authorization_endpoint") found.authorization_endpoint = text;
    if (is_text && name == "token_endpoint") found.token_endpoint = text;
    if (is_text && name == "jwks_uri") found.jwks_uri = text;
    if (is_text && name == "userinfo_endpoint") found.userinfo_endpoint = text;
    if (name == "token_endpoint_auth_methods_supported")
      found.takes_basic = contains(value, "client_secret_basic");
    return true;
  };
  if (!parse_object(document, take)) return failed("the provider's document is no JSON object");
  if (issuer != options_.issuer) return failed("the provider's document is of " + issuer);
  for (const auto* url : {&found.authorization_endpoint, &found.token_endpoint, &found.jwks_uri})
    if (!may_fetch(*url)) return failed("the provider's document lacks an address, or one in TLS");
  return found;
}

Result<std::shared_ptr<const Provider::Metadata>> Provider::metadata() {
  const auto now = clock_.now();
  {
    const Lock lock(mutex_);
    if (metadata_ && now - metadata_->read_at < kept_for) return metadata_;
    if (failed_at_ && now - *failed_at_ < retry_after_failure)
      return failed("the provider failed a moment ago");
  }
  auto fetched = fetch_metadata();
  const Lock lock(mutex_);
  if (fetched) {
    metadata_ = std::make_shared<const Metadata>(*std::move(fetched));
    failed_at_.reset();
    return metadata_;
  }
  failed_at_ = now;
  return tl::unexpected(std::move(fetched).error());
}

Result<std::shared_ptr<const Provider::Keys>> Provider::keys(const Metadata& from,
                                                             const std::string& token) {
  const auto now = clock_.now();
  const auto kid = kid_of(token);
  {
    const Lock lock(mutex_);
    const auto age = keys_ ? now - keys_->read_at : kept_for;
    const bool is_known =
        keys_ && (!kid || std::ranges::find(keys_->keys, *kid, &Jwk::kid) != keys_->keys.end());
    if (age < keys_kept_at_least || (is_known && age < kept_for)) return keys_;
  }
  auto found = parse_jwk_set(TRY(get(from.jwks_uri)));
  if (!found) return failed("the provider's keys are no JWK set");
  const Lock lock(mutex_);
  keys_ = std::make_shared<const Keys>(Keys{.keys = *std::move(found), .read_at = now});
  return keys_;
}

Result<std::string> Provider::login_url(std::string_view login_key) {
  const Turn turn(*this);
  TRY_STATUS(turn.status());
  const auto from = TRY(metadata());
  const auto challenge = base64url(sha256(bytes_of(verifier_of(login_key))));
  const auto& endpoint = from->authorization_endpoint;
  return endpoint + (endpoint.find('?') == std::string::npos ? "?" : "&") +
         form_of({{"response_type", "code"},
                  {"client_id", options_.client_id},
                  {"redirect_uri", options_.redirect_uri},
                  {"scope", "openid email"},
                  {"state", state_of(login_key)},
                  {"nonce", nonce_of(login_key)},
                  {"code_challenge", challenge},
                  {"code_challenge_method", "S256"}});
}

Result<Provider::Tokens> Provider::fetch_tokens(const Metadata& from, std::string_view code,
                                                std::string_view login_key) {
  const auto verifier = verifier_of(login_key);
  std::vector<std::pair<std::string_view, std::string_view>> form{
      {"grant_type", "authorization_code"},
      {"code", code},
      {"redirect_uri", options_.redirect_uri},
      {"code_verifier", verifier}};
  FetchRequest request{.url = from.token_endpoint};
  const auto answer = TRY(options_.client_secret.reveal([&](std::string_view secret) {
    if (from.takes_basic) {  // both encoded: RFC 6749 §2.3.1
      request.basic_name = form_encoded(options_.client_id);
      request.basic_password = form_encoded(secret);
    } else {
      form.emplace_back("client_id", options_.client_id);
      form.emplace_back("client_secret", secret);
    }
    request.form = form_of(form);
    auto fetched = fetch_.fetch(request);
    wipe(request.form);
    wipe(request.basic_password);
    return fetched;
  }));
  if (answer.status != 200)
    return failed("the token endpoint answered " + std::to_string(answer.status));
  Tokens tokens;
  const auto take = [&](std::string_view name, const Json& value) {
    std::string_view text;
    if (name == "id_token" && !value.get(text)) tokens.id_token = text;
    if (name == "access_token" && !value.get(text)) tokens.access_token = text;
    return true;
  };
  if (!parse_object(answer.body, take) || tokens.id_token.empty())
    return failed("the token endpoint's answer has no ID token");
  return tokens;
}

Result<Person> Provider::person_of(const Metadata& from, const Tokens& tokens,
                                   std::string_view login_key) {
  const auto known = TRY(keys(from, tokens.id_token));
  auto person = TRY(check_id_token(tokens.id_token, known->keys,
                                   {.issuer = options_.issuer,
                                    .client_id = options_.client_id,
                                    .nonce = nonce_of(login_key),
                                    .now = clock_.now()}));
  if (!person.email.empty() || tokens.access_token.empty() || !may_fetch(from.userinfo_endpoint))
    return person;
  const auto answer =
      TRY(fetch_.fetch({.url = from.userinfo_endpoint, .bearer = tokens.access_token}));
  auto told = answer.status == 200 ? parse_user_info(answer.body) : std::nullopt;
  if (!told || told->subject != person.subject)
    return failed("the UserInfo endpoint's answer is not of this login");
  return *std::move(told);
}

Result<Email> Provider::complete(const Callback& callback, std::string_view login_key) {
  if (login_key.empty() ||
      !equal_constant_time(bytes_of(callback.state), bytes_of(state_of(login_key))))
    return fail(Code::openid_expired, "The login took too long, or began elsewhere.",
                "the state is not this browser's");
  if (!callback.issuer.empty() && callback.issuer != options_.issuer)  // RFC 9207
    return failed("the callback is of another issuer");
  if (!callback.error.empty() || callback.code.empty() || callback.code.size() > code_chars_max)
    return failed("the provider refused, or sent no code");
  const Turn turn(*this);
  TRY_STATUS(turn.status());
  const auto from = TRY(metadata());
  const auto tokens = TRY(fetch_tokens(*from, callback.code, login_key));
  return verified_email(TRY(person_of(*from, tokens, login_key)));
}

}  // namespace claviger::openid
