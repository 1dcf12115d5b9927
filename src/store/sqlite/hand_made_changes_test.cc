#include <gmock/gmock.h>
#include <sqlite3.h>

#include "base/bytes.h"
#include "store/contract/fixture.h"
#include "store/sqlite/test_place.h"

// Rows changed by hand, behind the server's back: each change that could end a token is in the log.
namespace claviger::sqlite {
namespace {

using contract::must;
using contract::must_have;
using contract::somebody;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class HandMadeChanges : public testing::Test {
 protected:
  HandMadeChanges() {
    sqlite3_open(place_.path().c_str(), &hand_);
    // As a shell without the settings of the engine's connections.
    run("PRAGMA recursive_triggers = OFF; PRAGMA foreign_keys = OFF");
    must(store_->create_client(client_));
    must(store_->create_user(user_));
    must(store_->create_token(token_));
  }
  ~HandMadeChanges() override { sqlite3_close(hand_); }

  NewUser add_user(std::string_view identifier) {
    auto user = make_.user(client_.id, identifier);
    must(store_->create_user(user));
    return user;
  }
  NewToken add_token(const NewUser& user) {
    auto token = make_.token(user);
    must(store_->create_token(token));
    return token;
  }
  std::string run(const std::string& sql) {
    const int code = sqlite3_exec(hand_, sql.c_str(), nullptr, nullptr, nullptr);
    return code == SQLITE_OK ? "" : sqlite3_errmsg(hand_);
  }
  static std::string literal(const Uuid& id) { return "x'" + hex(id) + "'"; }
  /// What a statement had logged: "T", "U" or "C" for each entry; all of them name the fixture's
  /// token, user or client.
  std::string logged_by(const std::string& sql) {
    const auto before = must(store_->status()).epoch;
    EXPECT_EQ(run(sql), "") << sql;
    const auto page = must(store_->log_since(before));
    EXPECT_TRUE(page.complete);
    std::string kinds;
    for (const auto& entry : page.entries) {
      kinds += static_cast<char>(entry.kind);
      EXPECT_THAT((std::vector{token_.id.bytes, user_.id.bytes, client_.id.bytes}),
                  testing::Contains(entry.key));
    }
    return kinds;
  }
  bool is_live() {
    const auto read = must(store_->read_live(token_.id, Epoch{}));
    return read.record && !read.record->revoked;
  }

  SqlitePlace place_{false};
  std::shared_ptr<Store> store_ = place_.open();
  contract::Maker make_;
  sqlite3* hand_ = nullptr;
  NewClient client_ = make_.client();
  NewUser user_ = make_.user(client_.id, "one");
  NewToken token_ = make_.token(user_);
};

TEST_F(HandMadeChanges, ARevokedTokenIsRefusedAndLogged) {
  EXPECT_EQ(logged_by("UPDATE tokens SET is_revoked = 1"), "T");
  EXPECT_FALSE(is_live());
  const auto token = must_have(store_->find_token(client_.id, token_.id));
  EXPECT_GT(token.revoked_at.value(), token.created_at) << "the time was filled in";
}

TEST_F(HandMadeChanges, ADeletedTokenUserOrClientLeavesNoRecord) {
  EXPECT_EQ(logged_by("DELETE FROM tokens"), "T");
  EXPECT_FALSE(must(store_->read_live(token_.id, Epoch{})).record.has_value());
  token_ = add_token(user_);
  EXPECT_EQ(logged_by("DELETE FROM users"), "U");
  EXPECT_FALSE(must(store_->read_live(token_.id, Epoch{})).record.has_value());
  EXPECT_FALSE(must(store_->find_token(client_.id, token_.id)).has_value());
  EXPECT_FALSE(must(store_->revoke_token(client_.id, token_.id, make_.now, somebody)).has_value());
  user_ = add_user("again");
  token_ = add_token(user_);
  EXPECT_EQ(logged_by("DELETE FROM clients"), "C");
  EXPECT_FALSE(must(store_->read_live(token_.id, Epoch{})).record.has_value());
}

TEST_F(HandMadeChanges, DeactivationEndsTokensForGood) {
  EXPECT_THAT(logged_by("UPDATE users SET is_active = 0"), HasSubstr("U"));
  EXPECT_FALSE(is_live());
  EXPECT_EQ(logged_by("UPDATE users SET is_active = 1"), "U");
  EXPECT_FALSE(is_live());
  token_ = add_token(user_);
  EXPECT_THAT(logged_by("UPDATE clients SET is_active = 0"), HasSubstr("C"));
  EXPECT_FALSE(is_live());
  EXPECT_EQ(logged_by("UPDATE clients SET is_active = 1"), "C");
  EXPECT_FALSE(is_live());
}

TEST_F(HandMadeChanges, WhateverACheckReadsIsLogged) {
  EXPECT_EQ(logged_by("UPDATE users SET scopes = 'none'"), "U");
  EXPECT_EQ(logged_by("UPDATE users SET identifier = 'renamed'"), "U");
  EXPECT_EQ(logged_by("UPDATE users SET generation = generation + 1"), "U");
  EXPECT_EQ(logged_by("UPDATE clients SET generation = generation + 1"), "C");
  EXPECT_EQ(logged_by("UPDATE tokens SET expires_at_ms = expires_at_ms - 1000"), "T");
  EXPECT_EQ(logged_by("UPDATE tokens SET user_generation = 1, client_generation = 1"), "T");
}

TEST_F(HandMadeChanges, WhatNoCheckReadsIsNot) {
  EXPECT_EQ(logged_by("UPDATE tokens SET last_used_at_ms = 1, preview = 'p'"), "");
  EXPECT_EQ(logged_by("UPDATE users SET last_used_at_ms = 1"), "");
  EXPECT_EQ(logged_by("UPDATE clients SET last_used_at_ms = 1, name = 'n'"), "");
}

TEST_F(HandMadeChanges, ATokenOfOneClientAndAnothersUserIsNone) {
  auto other = make_.client();
  must(store_->create_client(other));
  EXPECT_EQ(
      run("INSERT INTO tokens (id, user_id, client_id, user_generation, client_generation,"
          " preview, created_by_username, created_at_ms, expires_at_ms)"
          " SELECT zeroblob(16), user_id, " +
          literal(other.id.bytes) + ", 0, 0, '', '', created_at_ms, expires_at_ms FROM tokens"),
      "");
  EXPECT_FALSE(must(store_->read_live(TokenId{}, Epoch{})).record.has_value());
  EXPECT_FALSE(must(store_->find_token(other.id, TokenId{})).has_value());
  EXPECT_FALSE(must(store_->revoke_token(other.id, TokenId{}, make_.now, somebody)).has_value());
}

TEST_F(HandMadeChanges, TheMarkTellsOfThem) {
  const auto mark = store_->change_mark().value();
  run("UPDATE users SET scopes = 'none'");
  EXPECT_NE(store_->change_mark().value(), mark);
}

TEST_F(HandMadeChanges, ReplacingARowIsRefused) {
  add_user("two");
  const auto id = literal(token_.id.bytes);
  for (const auto& sql : std::vector<std::string>{
           "INSERT OR REPLACE INTO tokens SELECT * FROM tokens",
           "INSERT OR REPLACE INTO users SELECT * FROM users",
           "INSERT OR REPLACE INTO clients SELECT * FROM clients",
           "INSERT OR REPLACE INTO users (id, client_id, ordinal, identifier, scopes,"
           " created_at_ms, secret_hash, secret_preview, secret_created_at_ms)"
           " SELECT randomblob(16), client_id, 3, 'one', '', 0, secret_hash, '', 0 FROM users",
           "INSERT OR REPLACE INTO clients (id, name, created_at_ms, api_key_hash,"
           " api_key_preview, api_key_created_at_ms)"
           " SELECT randomblob(16), '', 0, api_key_hash, '', 0 FROM clients",
           "REPLACE INTO tokens (id, user_id, client_id, user_generation, client_generation,"
           " preview, created_by_username, created_at_ms, expires_at_ms)"
           " VALUES (" +
               id + ", " + id + ", " + id + ", 0, 0, '', '', 0, 0)",
           "UPDATE OR REPLACE users SET identifier = 'one'",
           "UPDATE OR REPLACE users SET ordinal = 1",
           "UPDATE tokens SET id = " + literal(user_.id.bytes), "UPDATE tokens SET user_id = id",
           "UPDATE tokens SET client_id = id", "UPDATE users SET client_id = id",
           "UPDATE users SET id = randomblob(16)", "UPDATE clients SET id = randomblob(16)"}) {
    EXPECT_NE(run(sql), "") << sql;
  }
  EXPECT_TRUE(is_live());
  EXPECT_EQ(must(store_->list_users(client_.id, 1, 10)).users.size(), 2U);
}

TEST_F(HandMadeChanges, DeletedUsersLeaveNoHoleInThePages) {
  for (const auto* name : {"two", "three", "four", "five", "six", "seven"}) add_user(name);
  const auto names = [&](int page) {
    std::vector<std::string> result;
    for (const auto& row : must(store_->list_users(client_.id, page, 2)).users) {
      result.push_back(row.user.identifier);
    }
    return result;
  };
  EXPECT_EQ(run("DELETE FROM users WHERE identifier IN ('two', 'three', 'seven')"), "");
  EXPECT_EQ(must(store_->list_users(client_.id, 1, 2)).total, 4);
  EXPECT_EQ(must_have(store_->find_client(client_.id)).users, 4);
  auto all = names(1);
  for (const auto& name : names(2)) all.push_back(name);
  EXPECT_THAT(all, testing::UnorderedElementsAre("one", "four", "five", "six"));
  EXPECT_THAT(names(3), IsEmpty());
  add_user("eight");
  EXPECT_THAT(names(3), ElementsAre("eight"));
  EXPECT_EQ(run("DELETE FROM users"), "");
  EXPECT_EQ(must(store_->list_users(client_.id, 1, 2)).total, 0);
  add_user("nine");
  EXPECT_THAT(names(1), ElementsAre("nine"));
}

TEST_F(HandMadeChanges, DeletingWhatPruneWouldHaveTakenIsNoNews) {
  const auto after = token_.expires_at + std::chrono::milliseconds{1};
  EXPECT_EQ(must(store_->prune(after, 100)), 1);
  token_ = add_token(user_);
  EXPECT_EQ(logged_by("DELETE FROM tokens"), "");
  token_ = make_.token(user_);
  token_.expires_at = after;
  must(store_->create_token(token_));
  EXPECT_EQ(logged_by("DELETE FROM tokens"), "T");
}

TEST_F(HandMadeChanges, ALogWithAHoleIsIncomplete) {
  for (int i = 0; i < 3; ++i) {
    must_have(store_->revoke_token(client_.id, token_.id, make_.now, somebody));
  }
  EXPECT_EQ(run("DELETE FROM fence_log WHERE epoch = 2"), "");
  EXPECT_FALSE(must(store_->log_since(Epoch{1})).complete);
  EXPECT_TRUE(must(store_->log_since(Epoch{2})).complete);
}

TEST_F(HandMadeChanges, OldEntriesOfTheLogAreTrimmed) {
  // As if 100,100 changes had been made: the counter and the log, in one statement each.
  ASSERT_EQ(run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100100)"
                " INSERT INTO fence_log (epoch, kind, key) SELECT i, 'T', zeroblob(16) FROM n;"
                " UPDATE fence_counter SET epoch = 100100"),
            "");
  EXPECT_EQ(must(store_->prune(make_.now, 1'000)), 0);
  sqlite3_stmt* count = nullptr;
  sqlite3_prepare_v2(hand_, "SELECT count(*), min(epoch) FROM fence_log", -1, &count, nullptr);
  ASSERT_EQ(sqlite3_step(count), SQLITE_ROW);
  EXPECT_EQ(sqlite3_column_int(count, 0), 100'000);
  EXPECT_EQ(sqlite3_column_int(count, 1), 101);
  sqlite3_finalize(count);
  EXPECT_FALSE(must(store_->log_since(Epoch{99})).complete) << "trimmed";
  EXPECT_FALSE(must(store_->log_since(Epoch{50'000})).complete) << "more than is worth applying";
  EXPECT_EQ(must(store_->log_since(Epoch{100'000})).entries.size(), 100U);
}

}  // namespace
}  // namespace claviger::sqlite
