#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/system_random.h"
#include "observe/log.h"
#include "service/check_token.h"
#include "service/clients.h"
#include "service/keys.h"
#include "service/tokens.h"
#include "service/users.h"
#include "store/sqlite/sqlite_store.h"

namespace claviger {

/// For tests: one node with all its parts, real ones, on a database in memory or in a file. Two
/// worlds on one file are two processes, as far as either can tell.
class World {
 public:
  explicit World(const std::string& path = ":memory:", std::size_t cache_tokens = 10'000,
                 KeyRing::Signer signer = KeyRing::Signer::first)
      : log({.fd = 2, .level = LogLevel::error}, system_clock_),
        policy{.environment = *Environment::parse("test"),
               .issuer = issuer_of(*Environment::parse("test")),
               .token_lifetime = std::chrono::hours(720),
               .token_lifetime_max = std::chrono::hours(8760),
               .master = std::nullopt},
        keys(test_keys(policy.environment, random, signer)),
        store(*open_sqlite({.path = path, .environment = policy.environment}, log)),
        view(*store, cache_tokens,
             [this](const std::vector<SeenKey>& told) { follow_keys(keys, told); }),
        fence(view),
        services{*store, view, fence, usage, keys, policy, clock, random, ids} {}

  CreatedClient make_client() {
    return std::move(*create_client(services, Origin::command_line(), "a client"));
  }
  ActingClient acting(const CreatedClient& client) {
    return *client.api_key.reveal(
        [&](std::string_view key) { return authenticate_client(services, key); });
  }
  CreatedUser make_user(const ActingClient& client, std::string_view name = "a user") {
    return std::move(*create_user(services, client, name, std::nullopt));
  }
  Result<IssuedToken> issue(const ActingClient& client, const CreatedUser& user) {
    return user.secret.reveal([&](std::string_view secret) {
      return issue_token(services, client,
                         {.identifier = user.user.identifier,
                          .secret = secret,
                          .expires_in = std::nullopt,
                          .created_by_username = {}});
    });
  }
  Verdict check(const IssuedToken& token) {
    return token.text.reveal([&](std::string_view text) { return check_token(services, text); });
  }
  std::optional<Verdict> try_check(const IssuedToken& token) {
    return token.text.reveal(
        [&](std::string_view text) { return try_check_token(services, text); });
  }

 private:
  static KeyRing test_keys(const Environment& environment, Random& random, KeyRing::Signer signer) {
    std::vector<Key> keys;
    keys.push_back(Key::hs256(environment, SigningSecret("a signing secret of the tests, long")));
    return KeyRing(std::move(keys), random, signer);
  }
  SystemClock system_clock_;

 public:
  FixedClock clock{from_unix_seconds(1'800'000'000)};
  SystemRandom random;
  IdSource ids{random};
  Log log;
  Policy policy;
  KeyRing keys;
  std::unique_ptr<Store> store;
  LiveView view;
  Fence fence;
  Usage usage;
  Services services;
};

/// What a verdict says in one word.
inline std::string_view word(const Verdict& verdict) {
  if (std::holds_alternative<Identity>(verdict)) return "accepted";
  if (std::holds_alternative<Error>(verdict)) return "undecided";
  switch (std::get<TokenRefusal>(verdict).kind) {
    case TokenRefusal::Kind::malformed_or_not_ours:
      return "not ours";
    case TokenRefusal::Kind::expired:
      return "expired";
    case TokenRefusal::Kind::unknown:
      return "unknown";
    case TokenRefusal::Kind::revoked:
      return "revoked";
  }
  return "";
}

/// A database file for one test, gone with it.
class DatabaseFile {
 public:
  DatabaseFile();
  ~DatabaseFile();
  std::string path() const { return folder_ + "/claviger.db"; }

 private:
  std::string folder_;
};

}  // namespace claviger
