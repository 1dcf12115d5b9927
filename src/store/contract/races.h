#pragma once

#include <gmock/gmock.h>

#include <mutex>
#include <set>

#include "store/contract/fixture.h"

// Many threads on one store.
namespace claviger::contract {

TEST_P(StoreContract, OneOfManyThreadsGetsAnIdentifier) {
  const auto client = add_client().id;
  for (int round = 0; round < 20; ++round) {
    const auto identifier = "user" + std::to_string(round);
    std::vector<NewUser> users;
    for (int i = 0; i < 8; ++i) users.push_back(make_.user(client, identifier));
    std::atomic<int> added{0};
    std::atomic<int> conflicts{0};
    in_threads(8, [&](int i) {
      const auto status = store_->create_user(users[static_cast<std::size_t>(i)]);
      if (status) ++added;
      if (!status && status.error().code == Code::conflict) ++conflicts;
    });
    EXPECT_EQ(added, 1);
    EXPECT_EQ(conflicts, 7);
  }
  EXPECT_EQ(must(store_->list_users(client, 1, 20)).total, 20);
}

TEST_P(StoreContract, WritesOfManyThreadsAllHappen) {
  const auto client = add_client().id;
  constexpr int each = 25;
  in_threads(8, [&](int thread) {
    CountingRandom random;
    for (int i = 0; i <= thread; ++i) {
      std::array<std::uint8_t, 4096> skipped;
      random.fill(skipped);
    }
    Maker make(random);
    for (int i = 0; i < each; ++i) {
      const auto user = make.user(client, std::to_string(thread) + "-" + std::to_string(i));
      must(store_->create_user(user));
      const auto token = make.token(user);
      ASSERT_TRUE(must(store_->create_token(token)));
      ASSERT_TRUE(must(store_->read_live(token.id, Epoch{})).record.has_value())
          << "one's own write";
    }
  });
  std::set<std::string> names;
  for (int page = 1; page <= 4; ++page) {
    const auto users = must(store_->list_users(client, page, 50));
    EXPECT_EQ(users.total, 8 * each);
    for (const auto& row : users.users) {
      names.insert(row.user.identifier);
      EXPECT_TRUE(row.newest_token.has_value());
    }
  }
  EXPECT_EQ(names.size(), 8U * each);
}

TEST_P(StoreContract, EpochsAreUniqueAndGrowInEachThread) {
  const auto user = add_user(add_client().id);
  std::mutex mutex;
  std::set<std::int64_t> seen;
  in_threads(8, [&](int) {
    std::int64_t last = 0;
    for (int i = 0; i < 25; ++i) {
      const auto change =
          must_have(store_->revoke_user_tokens(user.client_id, user.id, make_.now, somebody));
      const auto epoch = change.committed.epoch().number;
      ASSERT_GT(epoch, last);
      last = epoch;
      const std::lock_guard lock(mutex);
      ASSERT_TRUE(seen.insert(epoch).second);
    }
  });
  EXPECT_EQ(seen.size(), 200U);
  EXPECT_EQ(must(store_->log_since(Epoch{0})).entries.size(), 200U);
}

/// Issues tokens in three threads while a fourth takes back; then no token lives.
class TakingBackRace : public StoreContract {
 protected:
  template <class F>
  void expect_no_token_survives(F take_back) {
    for (int round = 0; round < 15; ++round) {
      const auto client = add_client();
      const auto user = add_user(client.id);
      std::vector<NewToken> tokens;
      for (int i = 0; i < 30; ++i) {
        tokens.push_back(make_.token(user));
        tokens.back().api_key_hash = client.api_key_hash;
      }
      in_threads(4, [&](int thread) {
        if (thread == 3) return take_back(client, user);
        for (std::size_t i = 0; i < 10; ++i) {
          must(store_->create_token(tokens[static_cast<std::size_t>(thread) * 10 + i]));
        }
      });
      for (const auto& token : tokens) ASSERT_FALSE(is_live(token.id));
    }
  }
};

TEST_P(TakingBackRace, DeactivatingAUser) {
  expect_no_token_survives([&](const NewClient& client, const NewUser& user) {
    must(store_->update_user(client.id, user.id, {.is_active = false}, make_.now, somebody));
  });
}

TEST_P(TakingBackRace, DeactivatingAClient) {
  expect_no_token_survives([&](const NewClient& client, const NewUser&) {
    must(store_->set_client_active(client.id, false, make_.now, somebody));
  });
}

TEST_P(TakingBackRace, RotatingASecret) {
  expect_no_token_survives([&](const NewClient& client, const NewUser& user) {
    must(store_->rotate_secret(
        client.id, user.id,
        {.hash = {}, .preview = "p", .now = make_.now, .origin = somebody, .revoke_tokens = true}));
  });
}

TEST_P(TakingBackRace, RotatingAnApiKey) {
  expect_no_token_survives([&](const NewClient& client, const NewUser& user) {
    ApiKeyHash hash;
    std::copy(user.id.bytes.begin(), user.id.bytes.end(), hash.bytes.begin());
    must(store_->rotate_api_key(client.id, {.hash = hash,
                                            .preview = "p",
                                            .now = make_.now,
                                            .origin = somebody,
                                            .revoke_tokens = true}));
  });
}

}  // namespace claviger::contract
