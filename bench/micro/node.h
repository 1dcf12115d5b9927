#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/system_random.h"
#include "observe/log.h"
#include "service/check_token.h"
#include "service/clients.h"
#include "service/services.h"
#include "service/tokens.h"
#include "service/users.h"
#include "store/sqlite/sqlite_store.h"

namespace claviger::bench {

/// A node with all its parts on a database in memory, and tokens that it holds in memory.
class Node {
 public:
  explicit Node(std::size_t token_count)
      : log({.fd = 2, .level = LogLevel::warning}, clock),
        policy{.environment = *Environment::parse("benchmark"),
               .issuer = issuer_of(*Environment::parse("benchmark")),
               .token_lifetime = std::chrono::hours(720),
               .token_lifetime_max = std::chrono::hours(8760),
               .master = std::nullopt},
        keys(one_key(policy.environment, random)),
        store(*open_sqlite({.path = ":memory:", .environment = policy.environment}, log)),
        view(*store, 10 * token_count),
        fence(view),
        services{*store, view, fence, usage, keys, policy, clock, random, ids} {
    issue(token_count);
    for (const auto& token : tokens) check_token(services, token);  // takes it into memory
  }

  SystemClock clock;
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
  std::vector<std::string> tokens;
  std::vector<TokenId> token_ids;

 private:
  static KeyRing one_key(const Environment& environment, Random& random) {
    std::vector<Key> keys;
    keys.push_back(Key::hs256(environment, SigningSecret("the signing secret of a benchmark")));
    return KeyRing(std::move(keys), random);
  }
  void issue(std::size_t count) {
    const auto client = *create_client(services, Origin::command_line(), "a client");
    const auto acting = *client.api_key.reveal(
        [&](std::string_view key) { return authenticate_client(services, key); });
    const auto user = *create_user(services, acting, "an integration", std::nullopt);
    for (std::size_t i = 0; i < count; ++i) {
      const auto issued = *user.secret.reveal([&](std::string_view secret) {
        return issue_token(services, acting,
                           {.identifier = user.user.identifier,
                            .secret = secret,
                            .expires_in = std::nullopt,
                            .created_by_username = {}});
      });
      issued.text.reveal([&](std::string_view text) { tokens.emplace_back(text); });
      token_ids.push_back(issued.id);
    }
  }
};

/// The node that all benchmarks share. Its tokens are few enough to stay in the processor's caches:
/// these figures are of instructions; bench/run has those of memory.
inline Node& node() {
  static Node shared(1'000);
  return shared;
}

}  // namespace claviger::bench
