#pragma once

#include <gmock/gmock.h>

#include "store/contract/fixture.h"

// The audit trail: a row for each change, in its transaction (AUD-1).
namespace claviger::contract {

class AuditContract : public StoreContract {
 protected:
  std::vector<AuditRow> rows() { return must(store_->read_audit(0, 10'000)).rows; }
  std::vector<std::string> actions() {
    std::vector<std::string> actions;
    for (const auto& row : rows()) actions.push_back(row.action);
    return actions;
  }
  /// The one row that came since there were `before`.
  AuditRow only_row_since(std::size_t before) {
    const auto all = rows();
    EXPECT_EQ(all.size(), before + 1);
    return all.empty() ? AuditRow{} : all.back();
  }
  AuditReport check() {
    TrailCheck check(must(store_->audit_state()).trail, {}, nullptr);
    for (const auto& row : must(store_->read_audit(check.at().sequence, 100'000)).rows)
      check.add(row);
    return check.finish();
  }
  static std::string bytes(const Uuid& id) { return std::string(text_of(id)); }
};

TEST_P(AuditContract, EachChangeHasARow) {  // AUD-1
  using testing::ElementsAre;
  const auto client = add_client();
  const auto user = add_user(client.id);
  const auto token = add_token(user);
  must_have(store_->revoke_token(client.id, token.id, make_.now, somebody));
  must_have(store_->revoke_user_tokens(client.id, user.id, make_.now, somebody));
  must_have(store_->update_user(client.id, user.id, {.is_active = false}, make_.now, somebody));
  must_have(store_->update_user(client.id, user.id, {.is_active = true, .scopes = "a b"}, make_.now,
                                somebody));
  must_have(store_->set_client_active(client.id, false, make_.now, somebody));
  must_have(store_->set_client_active(client.id, true, make_.now, somebody));
  must_have(store_->rotate_secret(client.id, user.id,
                                  {.hash = make_.hash<UserSecretHash>(),
                                   .preview = "p",
                                   .now = make_.now,
                                   .origin = somebody}));
  must_have(store_->rotate_api_key(client.id, {.hash = make_.hash<ApiKeyHash>(),
                                               .preview = "p",
                                               .now = make_.now,
                                               .origin = somebody,
                                               .previous_expires_at = make_.now + seconds{1},
                                               .revoke_tokens = true}));
  EXPECT_THAT(actions(), ElementsAre("client_created", "user_created", "token_issued",
                                     "token_revoked", "user_tokens_revoked", "user_deactivated",
                                     "user_activated", "scopes_changed", "client_deactivated",
                                     "client_activated", "secret_rotated", "api_key_rotated"));
  const auto all = rows();
  EXPECT_EQ(all[7].detail, "a b");
  EXPECT_EQ(all[11].detail, "old one until 2026-01-01T00:00:01Z, tokens revoked");
  for (const auto& row : all) EXPECT_EQ(row.client_id, bytes(client.id.bytes)) << row.action;
  EXPECT_TRUE(check().is_sound());
}

TEST_P(AuditContract, ARowSaysWhoAndByWhichRequest) {  // AUD-1
  const auto client = add_client();
  const auto user = add_user(client.id);
  const auto token = add_token(user);
  const auto before = rows().size();
  const RequestRef request{.id = 0x0102030405060708, .address = *parse_ip_address("2001:db8::1")};
  must_have(store_->revoke_token(client.id, token.id, make_.now, Origin::user(user.id, request)));
  const auto row = only_row_since(before);
  EXPECT_EQ(row.actor, "user");
  EXPECT_EQ(row.actor_id, bytes(user.id.bytes));
  EXPECT_EQ(row.object, "token");
  EXPECT_EQ(row.object_id, bytes(token.id.bytes));
  EXPECT_EQ(row.request_id, std::string("\1\2\3\4\5\6\7\10"));
  EXPECT_EQ(row.address, std::string(text_of(request.address.bytes)));
  EXPECT_EQ(row.at_ms, unix_milliseconds(make_.now));
}

TEST_P(AuditContract, WhatChangesNothingHasNoRow) {  // AUD-1
  const auto client = add_client();
  const auto user = add_user(client.id);
  const auto before = rows().size();
  EXPECT_FALSE(store_->create_user(make_.user(client.id, user.identifier)).has_value());
  EXPECT_FALSE(store_->create_user(make_.user(make_.id<ClientId>(), "x")).has_value());
  auto token = make_.token(user);
  token.secret_hash = make_.hash<UserSecretHash>();
  EXPECT_FALSE(must(store_->create_token(token)));
  EXPECT_FALSE(must(store_->revoke_token(client.id, make_.id<TokenId>(), make_.now, somebody)));
  const auto other = add_client("other").id;
  EXPECT_FALSE(must(store_->revoke_user_tokens(other, user.id, make_.now, somebody)));
  EXPECT_FALSE(
      must(store_->update_user(other, user.id, {.is_active = false}, make_.now, somebody)));
  only_row_since(before);  // the other client's
}

TEST_P(AuditContract, ManyThreadsMakeOneChain) {  // AUD-1
  const auto user = add_user(add_client().id);
  std::vector<NewToken> tokens;
  for (int i = 0; i < 200; ++i) tokens.push_back(make_.token(user));
  in_threads(8, [&](int thread) {
    for (std::size_t i = 0; i < 25; ++i) {
      const auto& token = tokens[static_cast<std::size_t>(thread) * 25 + i];
      must(store_->create_token(token));
      // One of a group that fails is undone alone, and its row with it.
      EXPECT_FALSE(store_->create_token(token).has_value());
    }
  });
  const auto report = check();
  EXPECT_TRUE(report.is_sound());
  EXPECT_EQ(report.rows, 202);
}

TEST_P(AuditContract, RetentionTakesTheOldestRowsAndTheRestHolds) {  // AUD-1
  const auto user = add_user(add_client().id);
  for (int i = 0; i < 8; ++i) add_token(user);
  make_.now += seconds{100};
  add_token(user);
  const auto no_seal = [](const auto&) { return std::string(); };
  EXPECT_EQ(must(store_->prune_audit(make_.now - seconds{200}, 100, no_seal)), 0);
  EXPECT_EQ(must(store_->prune_audit(make_.now, 4,
                                     [](const auto& pruned) {
                                       return "seal of " + std::to_string(pruned.second.sequence);
                                     })),
            4);
  EXPECT_EQ(must(store_->audit_state()).trail.seal, "seal of 4");
  EXPECT_EQ(rows().size(), 7U);
  EXPECT_TRUE(check().is_sound());
  EXPECT_EQ(must(store_->prune_audit(make_.now, 100, no_seal)), 6);
  EXPECT_EQ(must(store_->audit_state()).trail.seal, "");
  // Also when nothing is left, the chain goes on where it was.
  EXPECT_EQ(must(store_->prune_audit(make_.now + seconds{1}, 100, no_seal)), 1);
  EXPECT_EQ(must(store_->audit_state()).newest.sequence, 11);
  add_token(user);
  EXPECT_EQ(rows().front().sequence, 12);
  EXPECT_TRUE(check().is_sound());
}

TEST_P(AuditContract, ARetiredKeyStaysRetired) {  // TOK-7
  const auto note = [&](const std::vector<std::string>& kids) {
    return store_->note_keys(kids, make_.now, Origin::system());
  };
  const auto retire = [&](const std::string& kid) {
    return store_->retire_key(kid, make_.now, Origin::command_line());
  };
  must(note({"old", "new"}));
  EXPECT_EQ(retire("old").error().code, Code::conflict);  // it signs
  EXPECT_FALSE(must(retire("unknown")));
  must(note({"new", "old"}));
  const auto first = must_have(retire("old"));
  EXPECT_EQ(first.value.kid, "old");
  EXPECT_EQ(first.value.retired_at, make_.now);
  make_.now += seconds{1};
  const auto again = must_have(retire("old"));  // a retry fences again, and changes nothing
  EXPECT_EQ(again.value.retired_at, first.value.retired_at);
  EXPECT_GT(again.committed.epoch(), first.committed.epoch());

  const auto read = must(store_->read_keys(again.committed.epoch()));
  EXPECT_TRUE(read.is_current);
  EXPECT_EQ(read.keys.size(), 2U);

  const auto log = must(store_->log_since(first.committed.epoch()));
  ASSERT_EQ(log.entries.size(), 1U);
  EXPECT_EQ(log.entries.front().kind, LogEntry::Kind::keys);
  EXPECT_EQ(note({"old", "new"}).error().code, Code::conflict);
  const auto keys = must(store_->list_keys());
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_TRUE(keys[0].kid == "new" && keys[0].is_signing && !keys[0].retired_at);
  EXPECT_TRUE(keys[1].kid == "old" && !keys[1].is_signing && keys[1].retired_at);
  EXPECT_EQ(actions().back(), "key_retired");
}

TEST_P(AuditContract, TheKeyThatSignsIsChangedForGood) {  // TOK-7, ENV-4
  const auto start = [&](const std::vector<std::string>& kids) {
    return must(store_->note_keys(kids, make_.now, Origin::system(), StartSigner::as_before));
  };
  const auto change = [&](const std::string& kid) {
    return store_->change_signing_key(kid, make_.now, Origin::command_line());
  };
  EXPECT_EQ(start({"a"}).signing, "a");  // nobody has signed
  EXPECT_EQ(start({"b", "a"}).signing, "a");
  const auto before = must(store_->log_since(Epoch{0})).newest;
  const auto changed = must(change("b"));
  EXPECT_EQ(changed.value.signed_before, "a");
  EXPECT_TRUE(changed.value.key.kid == "b" && changed.value.key.is_signing);
  const auto log = must(store_->log_since(before));
  ASSERT_EQ(log.entries.size(), 1U);  // one, which each node reads
  EXPECT_EQ(log.entries.front().kind, LogEntry::Kind::keys);
  EXPECT_GE(log.newest, changed.committed.epoch());
  EXPECT_EQ(start({"a", "b"}).signing, "b");
  EXPECT_GT(must(change("b")).committed.epoch(), changed.committed.epoch());  // a retry
  must(change("c"));  // that no start has noted
  must_have(store_->retire_key("b", make_.now, Origin::command_line()));
  EXPECT_EQ(change("b").error().code, Code::conflict);
  EXPECT_EQ(start({"a"}).signing, "c");
  EXPECT_THAT(actions(),
              testing::ElementsAre("key_first_seen", "key_first_seen", "signing_key_changed",
                                   "key_first_seen", "signing_key_changed", "key_retired"));
  EXPECT_TRUE(check().is_sound());
}

TEST_P(AuditContract, AStartThatTakesOverTellsTheOthers) {  // ENV-4
  must(store_->note_keys({"a"}, make_.now, Origin::system()));
  const auto before = must(store_->log_since(Epoch{0})).newest;
  must(store_->note_keys({"b", "a"}, make_.now, Origin::system()));
  EXPECT_EQ(must(store_->log_since(before)).entries.size(), 1U);
}

TEST_P(AuditContract, KeysNotSeenBeforeAreTold) {  // ENV-4
  const auto note = [&](const std::vector<std::string>& kids) {
    return must(store_->note_keys(kids, make_.now, Origin::system()));
  };
  EXPECT_FALSE(note({"a"}).signed_before);
  EXPECT_THAT(note({"a"}).unseen, testing::IsEmpty());
  const auto changed = note({"b", "a"});
  EXPECT_EQ(changed.signed_before, "a");
  EXPECT_THAT(changed.unseen, testing::ElementsAre("b"));
  EXPECT_THAT(note({"a"}).unseen, testing::IsEmpty());
  const auto all = rows();
  EXPECT_THAT(actions(), testing::ElementsAre("key_first_seen", "key_first_seen",
                                              "signing_key_changed", "signing_key_changed"));
  EXPECT_EQ(all[0].detail + all[1].detail + all[2].detail + all[3].detail, "abba");
  EXPECT_EQ(all[0].actor, "system");
}

}  // namespace claviger::contract
