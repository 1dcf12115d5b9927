#pragma once

#include <cstdint>
#include <string>

#include "base/environment.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "token/key_ring.h"

namespace claviger::bench {

/// How much a made-up database holds.
struct Census {
  std::uint64_t clients = 1;
  std::uint64_t users = 1;
  std::uint64_t tokens = 1;
  Instant last_issue;  // when the newest token was issued; each one before, a millisecond earlier
  seconds lifetime{};  // of every token
  std::uint64_t seed = 1;
};

/// The clients, users and tokens of a made-up database, each a function of its number and the seed:
/// whoever knows the census can make the same ids and credentials again.
class Population {
 public:
  explicit Population(const Census& census);

  struct ClientEntry {
    ClientId id;
    std::string name;
    ApiKey api_key;
    Instant created_at;
  };
  struct UserEntry {
    UserId id;
    ClientId client_id;
    std::uint64_t ordinal;  // among its client's users, from 1
    std::string identifier;
    UserSecret secret;
    Instant created_at;
  };
  struct TokenEntry {
    TokenId id;
    UserId user_id;
    ClientId client_id;
    Instant created_at;
    Instant expires_at;
  };
  ClientEntry client(std::uint64_t number) const;
  UserEntry user(std::uint64_t number) const;
  /// Users are dealt to clients in turn, and tokens to users.
  TokenEntry token(std::uint64_t number) const;
  /// The token itself, signed with HS256.
  std::string token_text(std::uint64_t number) const;

  const Census& census() const { return census_; }
  const Environment& environment() const { return environment_; }
  /// The value of JWT_SECRET_KEY.
  std::string signing_secret() const;

 private:
  ClientId client_id(std::uint64_t number) const;
  UserId user_id(std::uint64_t number) const;
  Instant first_issue() const;

  Census census_;
  Environment environment_;
  std::string issuer_;
  Key key_;
};

/// A census as one line of text, and back. Errors: malformed_body, for anything else.
std::string census_text(const Census& census);
Result<Census> parse_census(const std::string& text);

/// A pseudo-random number: the same for the same arguments.
std::uint64_t mix(std::uint64_t seed, std::uint64_t stream, std::uint64_t number);

}  // namespace claviger::bench
