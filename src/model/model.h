#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace claviger {

/// The SHA-256 of a secret text. Stored and looked up in its stead (SEC-2).
template <class Tag>
struct Hash {
  std::array<std::uint8_t, 32> bytes{};
};
using ApiKeyHash = Hash<struct ApiKeyTag>;
using UserSecretHash = Hash<struct UserSecretTag>;

/// A company or application: holds an API key and has users.
struct Client {
  ClientId id;
  std::string name;
  bool is_active = true;
  Instant created_at;
  std::string api_key_preview;
  Instant api_key_created_at;
  std::optional<Instant> previous_api_key_expires_at{};  // end of a rotation's grace period
  std::optional<Instant> last_used_at{};                 // of its API key, to the minute
  std::int64_t users = 0;
};

/// An integration or service of one client: holds an identifier and a secret, and gets tokens.
struct User {
  UserId id;
  ClientId client_id;
  std::string identifier;
  std::string scopes;  // separated by single spaces (RFC 6749 §3.3), in the order given
  bool is_active = true;
  Instant created_at;
  std::string secret_preview;
  Instant secret_created_at;
  std::optional<Instant> previous_secret_expires_at{};
  std::optional<Instant> last_used_at{};
};

/// What the list of users says of a user's newest token.
struct TokenSummary {
  std::string preview;  // first 3 and last 3 characters: "eyJ****xyz"
  Instant expires_at;
  std::string created_by_username;
};

enum class TokenState : std::uint8_t { live, expired, revoked };
/// "live", "expired" or "revoked", as the API and the command line say it.
constexpr std::string_view word_of(TokenState state) {
  switch (state) {
    case TokenState::live:
      return "live";
    case TokenState::expired:
      return "expired";
    case TokenState::revoked:
      break;
  }
  return "revoked";
}

/// A token's record. The token itself is stored nowhere (SEC-3).
struct Token {
  TokenId id;
  UserId user_id;
  ClientId client_id;
  std::string username;  // the user's identifier
  std::string preview;   // "eyJ****xyz"
  std::string created_by_username;
  Instant created_at;
  Instant expires_at;
  std::optional<Instant> revoked_at;  // revoked by itself
  bool ended = false;                 // taken back with its user or client, or they are inactive
  std::optional<Instant> last_used_at{};  // to the minute

  /// Revocation is final, so it goes before expiry.
  TokenState state(Instant now) const {
    if (revoked_at || ended) return TokenState::revoked;
    return expires_at <= now ? TokenState::expired : TokenState::live;
  }
};

}  // namespace claviger
