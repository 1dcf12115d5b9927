#pragma once

#include <gmock/gmock.h>

#include "store/contract/fixture.h"

// Revocation, deactivation, rotation, and the log of them.
namespace claviger::contract {

TEST_P(StoreContract, RevokingATokenEndsThatTokenAlone) {
  const auto user = add_user(add_client().id);
  const auto token = add_token(user);
  const auto other = add_token(user);
  const auto at = make_.now + seconds{5};
  const auto change = must_have(store_->revoke_token(user.client_id, token.id, at, somebody));
  EXPECT_EQ(change.value.id, token.id);
  EXPECT_EQ(change.value.revoked_at, at);
  EXPECT_EQ(change.value.state(at), TokenState::revoked);
  EXPECT_FALSE(is_live(token.id));
  EXPECT_TRUE(is_live(other.id));
}

TEST_P(StoreContract, RevokingAgainKeepsTheTimeAndTakesANewEpoch) {
  const auto user = add_user(add_client().id);
  const auto token = add_token(user);
  const auto first = must_have(store_->revoke_token(user.client_id, token.id, make_.now, somebody));
  const auto again =
      must_have(store_->revoke_token(user.client_id, token.id, make_.now + seconds{60}, somebody));
  EXPECT_EQ(again.value.revoked_at, make_.now);
  EXPECT_GT(again.committed.epoch(), first.committed.epoch());
}

TEST_P(StoreContract, WhatDoesNotExistIsNotTakenBack) {
  const auto client = add_client();
  EXPECT_FALSE(must(store_->revoke_token(client.id, make_.id<TokenId>(), make_.now, somebody)));
  EXPECT_FALSE(
      must(store_->revoke_user_tokens(client.id, make_.id<UserId>(), make_.now, somebody)));
  EXPECT_FALSE(must(store_->set_client_active(make_.id<ClientId>(), false, make_.now, somebody)));
  EXPECT_EQ(must(store_->status()).epoch.number, 0);
}

TEST_P(StoreContract, RevokingAUsersTokensEndsAndCountsTheLiveOnes) {
  const auto user = add_user(add_client().id);
  const auto neighbour = add_user(user.client_id, "neighbour");
  const auto spared = add_token(neighbour);
  const auto one = add_token(user);
  const auto two = add_token(user);
  const auto gone = add_token(user);
  must_have(store_->revoke_token(user.client_id, gone.id, make_.now, somebody));
  auto expired = make_.token(user);
  expired.expires_at = make_.now;
  must(store_->create_token(expired));
  const auto change =
      must_have(store_->revoke_user_tokens(user.client_id, user.id, make_.now, somebody));
  EXPECT_EQ(change.value, 2);
  EXPECT_FALSE(is_live(one.id));
  EXPECT_FALSE(is_live(two.id));
  EXPECT_TRUE(is_live(spared.id));
  const auto again =
      must_have(store_->revoke_user_tokens(user.client_id, user.id, make_.now, somebody));
  EXPECT_EQ(again.value, 0);
  EXPECT_GT(again.committed.epoch(), change.committed.epoch());
  EXPECT_TRUE(is_live(add_token(user).id)) << "new tokens are no concern of it";
}

TEST_P(StoreContract, DeactivatingAUserEndsItsTokensForGood) {
  const auto user = add_user(add_client().id);
  const auto token = add_token(user);
  const auto off = must_have(
      store_->update_user(user.client_id, user.id, {.is_active = false}, make_.now, somebody));
  EXPECT_FALSE(off.value.is_active);
  EXPECT_FALSE(is_live(token.id));
  EXPECT_FALSE(must(store_->create_token(make_.token(user))));
  const auto on = must_have(
      store_->update_user(user.client_id, user.id, {.is_active = true}, make_.now, somebody));
  EXPECT_TRUE(on.value.is_active);
  EXPECT_FALSE(is_live(token.id));
  EXPECT_TRUE(must_have(store_->find_token(user.client_id, token.id)).ended);
  EXPECT_TRUE(is_live(add_token(user).id));
}

TEST_P(StoreContract, DeactivatingAClientEndsItsTokensForGood) {
  const auto client = add_client();
  const auto user = add_user(client.id);
  const auto token = add_token(user);
  const auto spared = add_token(add_user(add_client().id));
  const auto off = must_have(store_->set_client_active(client.id, false, make_.now, somebody));
  EXPECT_FALSE(off.value.is_active);
  EXPECT_FALSE(is_live(token.id));
  EXPECT_TRUE(is_live(spared.id));
  EXPECT_FALSE(must(store_->create_token(make_.token(user))));
  EXPECT_TRUE(
      must_have(store_->set_client_active(client.id, true, make_.now, somebody)).value.is_active);
  EXPECT_FALSE(is_live(token.id));
  EXPECT_TRUE(is_live(add_token(user).id));
}

TEST_P(StoreContract, ScopesChangeWithTheNextRead) {
  const auto user = add_user(add_client().id);
  const auto token = add_token(user);
  const auto change = must_have(
      store_->update_user(user.client_id, user.id, {.scopes = "read:some"}, make_.now, somebody));
  EXPECT_EQ(change.value.scopes, "read:some");
  EXPECT_TRUE(change.value.is_active);
  const auto live = must(store_->read_live(token.id, Epoch{}));
  EXPECT_EQ(live.record->scopes, "read:some");
  EXPECT_FALSE(live.record->revoked);
  EXPECT_TRUE(must(store_->read_live(token.id, change.committed.epoch())).is_current);
}

TEST_P(StoreContract, AnEmptyPatchStillTakesAnEpoch) {
  const auto user = add_user(add_client().id);
  const auto change =
      must_have(store_->update_user(user.client_id, user.id, {}, make_.now, somebody));
  EXPECT_EQ(change.value.scopes, "read:all");
  EXPECT_EQ(change.committed.epoch(), must(store_->status()).epoch);
  EXPECT_GT(change.committed.epoch().number, 0);
}

TEST_P(StoreContract, ARotatedSecretEndsAtOnceWithoutGrace) {
  const auto user = add_user(add_client().id);
  const auto token = add_token(user);
  const SecretRotation rotation{.hash = make_.hash<UserSecretHash>(),
                                .preview = "new",
                                .now = make_.now + seconds{1},
                                .origin = somebody};
  const auto change = must_have(store_->rotate_secret(user.client_id, user.id, rotation));
  EXPECT_EQ(change.value.secret_preview, "new");
  EXPECT_EQ(change.value.secret_created_at, rotation.now);
  EXPECT_FALSE(change.value.previous_secret_expires_at.has_value());
  EXPECT_TRUE(is_live(token.id)) << "issued tokens are left alone";
  EXPECT_FALSE(must(store_->create_token(make_.token(user))));
  auto renewed = make_.token(user);
  renewed.secret_hash = rotation.hash;
  EXPECT_TRUE(must(store_->create_token(renewed)));
}

TEST_P(StoreContract, ARotatedSecretWorksUntilItsGraceEnds) {
  const auto user = add_user(add_client().id);
  const auto grace_end = make_.now + seconds{100};
  const SecretRotation rotation{.hash = make_.hash<UserSecretHash>(),
                                .preview = "new",
                                .now = make_.now,
                                .origin = somebody,
                                .previous_expires_at = grace_end};
  const auto change = must_have(store_->rotate_secret(user.client_id, user.id, rotation));
  EXPECT_EQ(change.value.previous_secret_expires_at, grace_end);
  make_.now = grace_end - std::chrono::milliseconds{1};
  EXPECT_EQ(must_have(store_->find_credential(user.client_id, user.identifier, make_.now))
                .previous_secret_hash->bytes,
            user.secret_hash.bytes);
  EXPECT_TRUE(must(store_->create_token(make_.token(user))));
  make_.now = grace_end;
  EXPECT_FALSE(must_have(store_->find_credential(user.client_id, user.identifier, make_.now))
                   .previous_secret_hash.has_value());
  EXPECT_FALSE(must(store_->create_token(make_.token(user))));
}

TEST_P(StoreContract, AUserIsFoundByItsSecretAlone) {
  const auto user = add_user(add_client().id);
  add_user(add_client().id);
  const auto find = [&](const UserSecretHash& hash) {
    return must(store_->find_user_by_secret(hash, make_.now));
  };
  EXPECT_EQ(find(user.secret_hash)->id, user.id);
  EXPECT_EQ(find(user.secret_hash)->client_id, user.client_id);
  EXPECT_FALSE(find(make_.hash<UserSecretHash>()).has_value());
  const auto grace_end = make_.now + seconds{100};
  const SecretRotation rotation{.hash = make_.hash<UserSecretHash>(),
                                .preview = "sk-user-...new",
                                .now = make_.now,
                                .origin = somebody,
                                .previous_expires_at = grace_end};
  must_have(store_->rotate_secret(user.client_id, user.id, rotation));
  EXPECT_EQ(find(rotation.hash)->id, user.id);
  EXPECT_EQ(find(user.secret_hash)->id, user.id);
  make_.now = grace_end;
  EXPECT_FALSE(find(user.secret_hash).has_value());
  must_have(
      store_->update_user(user.client_id, user.id, {.is_active = false}, make_.now, somebody));
  EXPECT_FALSE(find(rotation.hash)->is_active);
}

TEST_P(StoreContract, ARotationCanRevokeTheUsersTokens) {
  const auto user = add_user(add_client().id);
  const auto token = add_token(user);
  must_have(store_->rotate_secret(user.client_id, user.id,
                                  {.hash = make_.hash<UserSecretHash>(),
                                   .preview = "new",
                                   .now = make_.now,
                                   .origin = somebody,
                                   .previous_expires_at = make_.now + seconds{100},
                                   .revoke_tokens = true}));
  EXPECT_FALSE(is_live(token.id));
  EXPECT_TRUE(is_live(add_token(user).id));
}

TEST_P(StoreContract, ARotatedApiKeyWorksUntilItsGraceEnds) {
  const auto client = add_client();
  const auto user = add_user(client.id);
  const auto token = add_token(user);
  const auto grace_end = make_.now + seconds{100};
  const ApiKeyRotation rotation{.hash = make_.hash<ApiKeyHash>(),
                                .preview = "new",
                                .now = make_.now,
                                .origin = somebody,
                                .previous_expires_at = grace_end};
  const auto change = must_have(store_->rotate_api_key(client.id, rotation));
  EXPECT_EQ(change.value.api_key_preview, "new");
  EXPECT_EQ(change.value.previous_api_key_expires_at, grace_end);
  EXPECT_TRUE(is_live(token.id));
  EXPECT_TRUE(must(store_->find_client_by_key(rotation.hash, make_.now)).has_value());
  make_.now = grace_end - std::chrono::milliseconds{1};
  EXPECT_TRUE(must(store_->find_client_by_key(client.api_key_hash, make_.now)).has_value());
  auto issued = make_.token(user);
  issued.api_key_hash = client.api_key_hash;
  EXPECT_TRUE(must(store_->create_token(issued)));
  make_.now = grace_end;
  EXPECT_FALSE(must(store_->find_client_by_key(client.api_key_hash, make_.now)).has_value());
  issued = make_.token(user);
  issued.api_key_hash = client.api_key_hash;
  EXPECT_FALSE(must(store_->create_token(issued)));
}

TEST_P(StoreContract, AnApiKeyIsRotatedOnlyByOneThatIsStillGood) {
  const auto client = add_client();
  const ApiKeyRotation first{.hash = make_.hash<ApiKeyHash>(),
                             .preview = "first",
                             .now = make_.now,
                             .origin = somebody,
                             .presented = client.api_key_hash};
  must_have(store_->rotate_api_key(client.id, first));
  auto second = first;
  second.hash = make_.hash<ApiKeyHash>();
  EXPECT_FALSE(must(store_->rotate_api_key(client.id, second)).has_value());
  second.presented = first.hash;
  must_have(store_->set_client_active(client.id, false, make_.now, somebody));
  EXPECT_FALSE(must(store_->rotate_api_key(client.id, second)).has_value());
  must_have(store_->set_client_active(client.id, true, make_.now, somebody));
  second.previous_expires_at = make_.now + seconds{100};
  must_have(store_->rotate_api_key(client.id, second));
  auto third = second;
  third.hash = make_.hash<ApiKeyHash>();
  third.now = *second.previous_expires_at;
  EXPECT_FALSE(must(store_->rotate_api_key(client.id, third)).has_value());
  third.now -= std::chrono::milliseconds{1};
  must_have(store_->rotate_api_key(client.id, third));
}

TEST_P(StoreContract, AnApiKeyRotationCanRevokeTheClientsTokens) {
  const auto client = add_client();
  const auto user = add_user(client.id);
  const auto token = add_token(user);
  const auto change = must_have(store_->rotate_api_key(client.id, {.hash = make_.hash<ApiKeyHash>(),
                                                                   .preview = "new",
                                                                   .now = make_.now,
                                                                   .origin = somebody,
                                                                   .revoke_tokens = true}));
  EXPECT_FALSE(change.value.previous_api_key_expires_at.has_value());
  EXPECT_FALSE(must(store_->find_client_by_key(client.api_key_hash, make_.now)).has_value());
  EXPECT_FALSE(is_live(token.id));
  EXPECT_TRUE(is_live(add_token(user).id));
}

TEST_P(StoreContract, EachChangeIsLoggedUnderAnEpochAboveTheLast) {
  const auto client = add_client();
  const auto user = add_user(client.id);
  const auto token = add_token(user);
  Epoch last = must(store_->status()).epoch;
  const auto expect_logged = [&](const Committed& committed, LogEntry::Kind kind, const Uuid& key) {
    EXPECT_GT(committed.epoch(), last);
    const auto page = must(store_->log_since(last));
    EXPECT_TRUE(page.complete);
    EXPECT_EQ(page.newest, committed.epoch());
    ASSERT_FALSE(page.entries.empty());
    for (const auto& entry : page.entries) {
      EXPECT_GT(entry.epoch, last);
      EXPECT_EQ(entry.kind, kind);
      EXPECT_EQ(entry.key, key);
      last = entry.epoch;
    }
    EXPECT_EQ(last, committed.epoch());
  };
  using Kind = LogEntry::Kind;
  const auto now = make_.now;
  for (int again = 0; again < 2; ++again) {
    expect_logged(must_have(store_->revoke_token(client.id, token.id, now, somebody)).committed,
                  Kind::token, token.id.bytes);
    expect_logged(
        must_have(store_->revoke_user_tokens(client.id, user.id, now, somebody)).committed,
        Kind::user, user.id.bytes);
    expect_logged(must_have(store_->update_user(client.id, user.id, {.scopes = "a"}, now, somebody))
                      .committed,
                  Kind::user, user.id.bytes);
    expect_logged(
        must_have(store_->update_user(client.id, user.id, {.is_active = false}, now, somebody))
            .committed,
        Kind::user, user.id.bytes);
    expect_logged(must_have(store_->rotate_secret(client.id, user.id,
                                                  {.hash = make_.hash<UserSecretHash>(),
                                                   .preview = "p",
                                                   .now = now,
                                                   .origin = somebody}))
                      .committed,
                  Kind::user, user.id.bytes);
    expect_logged(must_have(store_->set_client_active(client.id, false, now, somebody)).committed,
                  Kind::client, client.id.bytes);
    expect_logged(must_have(store_->rotate_api_key(client.id, {.hash = make_.hash<ApiKeyHash>(),
                                                               .preview = "p",
                                                               .now = now,
                                                               .origin = somebody}))
                      .committed,
                  Kind::client, client.id.bytes);
  }
}

TEST_P(StoreContract, AddingIsNotLogged) {
  add_token(add_user(add_client().id));
  const auto page = must(store_->log_since(Epoch{0}));
  EXPECT_TRUE(page.complete);
  EXPECT_EQ(page.newest.number, 0);
  EXPECT_TRUE(page.entries.empty());
}

TEST_P(StoreContract, ALogThatDoesNotReachIsIncomplete) {
  const auto user = add_user(add_client().id);
  const auto newest =
      must_have(store_->revoke_user_tokens(user.client_id, user.id, make_.now, somebody))
          .committed.epoch();
  EXPECT_TRUE(must(store_->log_since(newest)).complete);
  const Epoch never_was{.number = newest.number + 1, .stamp = newest.stamp};
  EXPECT_FALSE(must(store_->log_since(never_was)).complete);
  EXPECT_FALSE(must(store_->log_since(Epoch{-1})).complete);
}

TEST_P(StoreContract, TheMarkChangesWithEachCommitAndOnlyThen) {
  const auto client = add_client();
  const auto before = store_->change_mark();
  if (!before) GTEST_SKIP() << "the engine cannot tell";
  must_have(store_->find_client(client.id));
  must(store_->log_since(Epoch{0}));
  must(store_->prune(make_.now, 100));
  EXPECT_EQ(store_->change_mark(), before);
  const auto user = add_user(client.id);
  const auto after_user = store_->change_mark();
  EXPECT_NE(after_user, before);
  add_token(user);
  const auto after_token = store_->change_mark();
  EXPECT_NE(after_token, after_user);
  must_have(store_->update_user(client.id, user.id, {}, make_.now, somebody));
  EXPECT_NE(store_->change_mark(), after_token);
}

}  // namespace claviger::contract
