#pragma once

#include <gmock/gmock.h>

#include <array>

#include "store/contract/child.h"
#include "store/contract/fixture.h"

// Several stores and several processes on one database. For engines whose content outlives a store.
namespace claviger::contract {

class SharedStoreContract : public StoreContract {
 protected:
  void reopen() {
    store_.reset();
    store_ = place_->open();
  }
};

TEST_P(SharedStoreContract, EverythingIsThereAgainAfterReopening) {
  const auto client = add_client();
  const auto user = add_user(client.id);
  const auto token = add_token(user);
  const auto revoked = add_token(user);
  const auto epoch =
      must_have(store_->revoke_token(client.id, revoked.id, make_.now, somebody)).committed.epoch();
  reopen();
  EXPECT_TRUE(must(store_->find_client_by_key(client.api_key_hash, make_.now)).has_value());
  EXPECT_TRUE(is_live(token.id));
  EXPECT_FALSE(is_live(revoked.id));
  EXPECT_EQ(must(store_->log_since(Epoch{0})).newest, epoch);
}

TEST_P(SharedStoreContract, TwoStoresSeeEachOther) {
  const auto other = place_->open();
  const auto user = add_user(add_client().id);
  const auto mark = store_->change_mark();
  const auto token = make_.token(user);
  ASSERT_TRUE(must(other->create_token(token)));
  if (mark) {
    EXPECT_NE(store_->change_mark(), mark);
  }
  EXPECT_TRUE(is_live(token.id));
  const auto one = must_have(store_->revoke_token(user.client_id, token.id, make_.now, somebody));
  const auto two = must_have(other->revoke_token(user.client_id, token.id, make_.now, somebody));
  EXPECT_LT(one.committed.epoch(), two.committed.epoch());
}

TEST_P(SharedStoreContract, WritesOfTwoStoresAllHappen) {
  const auto client = add_client().id;
  const auto other = place_->open();
  std::array<Store*, 2> stores{store_.get(), other.get()};
  std::vector<NewUser> users;
  for (int i = 0; i < 80; ++i) users.push_back(make_.user(client, std::to_string(i)));
  in_threads(4, [&](int thread) {
    auto& store = *stores[static_cast<std::size_t>(thread % 2)];
    for (std::size_t i = 0; i < 20; ++i) {
      must(store.create_user(users[static_cast<std::size_t>(thread) * 20 + i]));
    }
  });
  EXPECT_EQ(must(store_->list_users(client, 1, 100)).users.size(), 80U);
  TrailCheck check(must(store_->audit_state()).trail, {}, nullptr);  // and make one audit trail
  for (const auto& row : must(other->read_audit(0, 100)).rows) check.add(row);
  const auto report = check.finish();
  EXPECT_TRUE(report.is_sound());
  EXPECT_EQ(report.rows, 81);
}

TEST_P(SharedStoreContract, AnotherProcessCommitIsSeenAtOnce) {
  const auto user = add_user(add_client().id);
  const auto token = add_token(user);
  store_.reset();
  Pipe go, done;
  Child child([&] {
    char byte = 0;
    go.read(byte);
    auto store = place_->open();
    must_have(store->revoke_token(user.client_id, token.id, make_.now, somebody));
    done.write(byte);
    go.read(byte);  // stays open until the end, as another server would
  });
  store_ = place_->open();
  ASSERT_TRUE(is_live(token.id));
  const auto mark = store_->change_mark();
  EXPECT_EQ(store_->change_mark(), mark);
  char byte = 1;
  go.write(byte);
  ASSERT_TRUE(done.read(byte));
  if (mark) {
    EXPECT_NE(store_->change_mark(), mark);
  }
  EXPECT_FALSE(is_live(token.id));
  EXPECT_EQ(must(store_->log_since(Epoch{0})).entries.size(), 1U);
}

/// What a child tells of: a token that is issued, or issued and revoked, and acknowledged as such.
struct Acknowledged {
  TokenId token;
  bool revoked = false;
};

/// Issues tokens in several threads and revokes every other one, for as long as it lives.
inline void issue_and_revoke(Place& place, const NewUser& user, Pipe& pipe, std::uint8_t round) {
  auto store = place.open();
  in_threads(4, [&](int thread) {
    CountingRandom random;
    Maker make(random);
    for (std::uint32_t i = 0;; ++i) {
      auto token = make.token(user);
      token.id.bytes[9] = round;
      token.id.bytes[10] = static_cast<std::uint8_t>(thread);
      must(store->create_token(token));
      pipe.write(Acknowledged{token.id, false});
      if (i % 2 != 0) continue;
      must_have(store->revoke_token(user.client_id, token.id, make.now, somebody));
      pipe.write(Acknowledged{token.id, true});
    }
  });
}

TEST_P(SharedStoreContract, NothingAcknowledgedIsLostByACrash) {
  const auto user = add_user(add_client().id);
  std::vector<Acknowledged> all;
  for (std::uint8_t round = 0; round < 5; ++round) {
    store_.reset();
    Pipe pipe;
    Child child([&] { issue_and_revoke(*place_, user, pipe, round); });
    pipe.close_end(1);
    Acknowledged acknowledged;
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(pipe.read(acknowledged));
      all.push_back(acknowledged);
    }
    child.kill_and_wait();
    while (pipe.read(acknowledged)) all.push_back(acknowledged);
    store_ = place_->open();
    for (const auto& [token, revoked] : all) {
      const auto stored = must(store_->find_token(user.client_id, token));
      ASSERT_TRUE(stored.has_value());
      ASSERT_TRUE(!revoked || stored->revoked_at.has_value());
    }
  }
}

// The other process dies anywhere in its writing, while this one reads and writes.
TEST_P(SharedStoreContract, ACrashOfAnotherProcessHarmsNoStoreThatIsOpen) {
  const auto user = add_user(add_client().id);
  for (std::uint8_t round = 0; round < 5; ++round) {
    store_.reset();
    Pipe go, pipe;
    Child child([&] {
      char byte = 0;
      go.read(byte);
      issue_and_revoke(*place_, user, pipe, round);
    });
    pipe.close_end(1);
    store_ = place_->open();
    go.write('g');
    std::vector<TokenId> own;
    std::vector<Acknowledged> others(100);
    for (auto& acknowledged : others) {
      ASSERT_TRUE(pipe.read(acknowledged));
      if (own.size() < 20) own.push_back(add_token(user).id);
    }
    child.kill_and_wait();
    for (Acknowledged last; pipe.read(last);) others.push_back(last);
    own.push_back(add_token(user).id);
    for (const auto& id : own) EXPECT_TRUE(is_live(id));
    for (const auto& [token, revoked] : others) {
      ASSERT_TRUE(must(store_->find_token(user.client_id, token)).has_value());
      ASSERT_TRUE(!revoked || !is_live(token));
    }
  }
}

}  // namespace claviger::contract
