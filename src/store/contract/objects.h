#pragma once

#include <gmock/gmock.h>

#include "store/contract/fixture.h"

// Clients, users and tokens: adding, finding, uniqueness.
namespace claviger::contract {

TEST_P(StoreContract, SaysOfEachOfSeveralTokensWhetherItIsStored) {
  const auto user = add_user(add_client().id);
  std::vector<NewToken> tokens{make_.token(user), make_.token(user), make_.token(user)};
  tokens[1].secret_hash.bytes[0] ^= 1;
  EXPECT_EQ(must(store_->create_tokens(tokens)), (std::vector<bool>{true, false, true}));
  EXPECT_TRUE(is_live(tokens[0].id));
  EXPECT_FALSE(must(store_->find_token(user.client_id, tokens[1].id)).has_value());
  EXPECT_TRUE(is_live(tokens[2].id));
  // One that cannot be stored at all takes the others with it.
  std::vector<NewToken> again{make_.token(user), tokens[0]};
  EXPECT_EQ(store_->create_tokens(again).error().code, Code::conflict);
  EXPECT_FALSE(must(store_->find_token(user.client_id, again[0].id)).has_value());
  EXPECT_TRUE(must(store_->create_tokens({})).empty());
}

TEST_P(StoreContract, AClientIsFoundAsItWasMade) {
  const auto made = add_client("Ünïcode & <Co>");
  const auto client = must_have(store_->find_client(made.id));
  EXPECT_EQ(client.id, made.id);
  EXPECT_EQ(client.name, made.name);
  EXPECT_EQ(client.api_key_preview, made.api_key_preview);
  EXPECT_EQ(client.created_at, made.created_at);
  EXPECT_EQ(client.api_key_created_at, made.created_at);
  EXPECT_TRUE(client.is_active);
  EXPECT_EQ(client.users, 0);
  EXPECT_FALSE(client.previous_api_key_expires_at || client.last_used_at);
  EXPECT_EQ(must(store_->find_client(make_.id<ClientId>())), std::nullopt);
}

TEST_P(StoreContract, AClientIsFoundByItsKeyAlone) {
  const auto made = add_client();
  add_client();
  EXPECT_EQ(must_have(store_->find_client_by_key(made.api_key_hash, make_.now)).id, made.id);
  const auto other = make_.hash<ApiKeyHash>();
  EXPECT_FALSE(must(store_->find_client_by_key(other, make_.now)).has_value());
}

TEST_P(StoreContract, AnInactiveClientIsFoundByItsKey) {
  const auto made = add_client();
  must_have(store_->set_client_active(made.id, false, make_.now, somebody));
  EXPECT_FALSE(must_have(store_->find_client_by_key(made.api_key_hash, make_.now)).is_active);
}

TEST_P(StoreContract, TwoClientsNeverShareAKey) {
  const auto first = add_client();
  auto second = make_.client();
  second.api_key_hash = first.api_key_hash;
  EXPECT_EQ(store_->create_client(second).error().code, Code::conflict);
  EXPECT_FALSE(must(store_->find_client(second.id)).has_value());
}

TEST_P(StoreContract, AUserIsFoundAsItWasMade) {
  const auto client = add_client();
  const auto made = add_user(client.id);
  const auto user = must_have(store_->find_user(client.id, made.id));
  EXPECT_EQ(user.id, made.id);
  EXPECT_EQ(user.client_id, client.id);
  EXPECT_EQ(user.identifier, "glchat_user");
  EXPECT_EQ(user.scopes, "read:all");
  EXPECT_EQ(user.secret_preview, made.secret_preview);
  EXPECT_EQ(user.created_at, made.created_at);
  EXPECT_TRUE(user.is_active);
  EXPECT_EQ(must_have(store_->find_client(client.id)).users, 1);
}

TEST_P(StoreContract, AUserNeedsAClient) {
  const auto user = make_.user(make_.id<ClientId>(), "nobody");
  EXPECT_EQ(store_->create_user(user).error().code, Code::not_found);
}

TEST_P(StoreContract, IdentifiersAreComparedByteByByte) {
  const auto client = add_client();
  const std::vector<std::string> identifiers{"user",
                                             "User",
                                             "USER",
                                             "us\xc3\xa9r",
                                             "use\xcc\x81r",
                                             "us er",
                                             "user%",
                                             "user_",
                                             "'user'",
                                             "user\\",
                                             "\"user\"",
                                             "\xf0\x9f\x94\x91",
                                             "\xc3\x9f",
                                             "ss",
                                             "\xef\xac\x81",
                                             "fi",
                                             "user\xe2\x80\x8d",
                                             "\x01",
                                             "0",
                                             "00",
                                             "1e3",
                                             "1000",
                                             "NULL"};
  std::vector<UserId> ids;
  for (const auto& identifier : identifiers) ids.push_back(add_user(client.id, identifier).id);
  for (std::size_t i = 0; i < identifiers.size(); ++i) {
    const auto found = must_have(store_->find_credential(client.id, identifiers[i], make_.now));
    EXPECT_EQ(found.user.id, ids[i]) << identifiers[i];
    EXPECT_EQ(found.user.identifier, identifiers[i]);
    EXPECT_EQ(store_->create_user(make_.user(client.id, identifiers[i])).error().code,
              Code::conflict);
  }
  for (const auto* near : {"user ", " user", "uSER", "us\xc3\x89r", "use", "SS", "1000.0", ""}) {
    EXPECT_FALSE(must(store_->find_credential(client.id, near, make_.now)).has_value()) << near;
  }
}

TEST_P(StoreContract, WhatCanBeNoIdentifierIsNobodys) {
  const auto client = add_client();
  add_user(client.id, "user");
  for (const std::string_view text : {"\xff\xfe", "user\xc3", "\xed\xa0\x80"})
    EXPECT_FALSE(must(store_->find_credential(client.id, text, make_.now)).has_value());
  const std::string_view with_nul("user\0", 5);
  EXPECT_FALSE(must(store_->find_credential(client.id, with_nul, make_.now)).has_value());
}

TEST_P(StoreContract, TwoClientsMayHaveTheSameIdentifier) {
  const auto one = add_client();
  const auto two = add_client();
  const auto user = add_user(one.id);
  const auto other = add_user(two.id);
  EXPECT_EQ(must_have(store_->find_credential(two.id, "glchat_user", make_.now)).user.id, other.id);
  EXPECT_EQ(must_have(store_->find_credential(one.id, "glchat_user", make_.now)).user.id, user.id);
}

TEST_P(StoreContract, ACredentialCarriesTheHashes) {
  const auto client = add_client();
  const auto made = add_user(client.id);
  const auto found = must_have(store_->find_credential(client.id, "glchat_user", make_.now));
  EXPECT_EQ(found.secret_hash.bytes, made.secret_hash.bytes);
  EXPECT_FALSE(found.previous_secret_hash.has_value());
}

TEST_P(StoreContract, AUserAloneLogsInByItsIdWhileItsClientIsActive) {
  const auto client = add_client();
  const auto user = add_user(client.id);
  const std::vector<LoginName> names{
      {.client_id = {}, .identifier = {}, .user_id = user.id},
      {.client_id = client.id, .identifier = user.identifier, .user_id = UserId{}},
      {.client_id = client.id, .identifier = user.identifier}};
  const auto found = must(store_->find_credentials(names, make_.now));
  ASSERT_EQ(found.size(), 3U);
  ASSERT_TRUE(found[0] && found[2]);
  EXPECT_EQ(found[0]->secret_hash.bytes, user.secret_hash.bytes);
  EXPECT_FALSE(found[1]);
  EXPECT_EQ(found[2]->user.id, user.id);
  must_have(store_->set_client_active(client.id, false, make_.now, Origin::command_line()));
  EXPECT_FALSE(must(store_->find_credentials(names, make_.now)).front());
}

TEST_P(StoreContract, ATokenIsFoundAsItWasMade) {
  const auto client = add_client();
  const auto user = add_user(client.id);
  const auto made = add_token(user);
  const auto token = must_have(store_->find_token(client.id, made.id));
  EXPECT_EQ(token.id, made.id);
  EXPECT_EQ(token.user_id, user.id);
  EXPECT_EQ(token.client_id, client.id);
  EXPECT_EQ(token.username, "glchat_user");
  EXPECT_EQ(token.preview, "eyJ****xyz");
  EXPECT_EQ(token.created_by_username, "admin_user");
  EXPECT_EQ(token.created_at, made.created_at);
  EXPECT_EQ(token.expires_at, made.expires_at);
  EXPECT_EQ(token.state(make_.now), TokenState::live);
  const auto live = must(store_->read_live(made.id, Epoch{}));
  ASSERT_TRUE(live.record.has_value());
  EXPECT_EQ(live.record->token_id, made.id);
  EXPECT_EQ(live.record->user_id, user.id);
  EXPECT_EQ(live.record->client_id, client.id);
  EXPECT_EQ(live.record->expires_at, made.expires_at);
  EXPECT_EQ(live.record->username, "glchat_user");
  EXPECT_EQ(live.record->scopes, "read:all");
  EXPECT_FALSE(live.record->revoked);
  EXPECT_FALSE(must(store_->read_live(make_.id<TokenId>(), Epoch{})).record.has_value());
}

TEST_P(StoreContract, OnlyAGoodSecretStoresAToken) {
  const auto client = add_client();
  const auto user = add_user(client.id);
  auto token = make_.token(user);
  token.secret_hash = make_.hash<UserSecretHash>();
  EXPECT_FALSE(must(store_->create_token(token)));
  EXPECT_FALSE(must(store_->read_live(token.id, Epoch{})).record.has_value());
}

TEST_P(StoreContract, OnlyAGoodApiKeyStoresATokenIfThereIsOne) {
  const auto client = add_client();
  const auto user = add_user(client.id);
  auto token = make_.token(user);
  token.api_key_hash = make_.hash<ApiKeyHash>();
  EXPECT_FALSE(must(store_->create_token(token)));
  token.api_key_hash = client.api_key_hash;
  EXPECT_TRUE(must(store_->create_token(token)));
}

TEST_P(StoreContract, AnotherClientsUserGetsNoToken) {
  const auto client = add_client();
  const auto user = add_user(client.id);
  auto token = make_.token(user);
  token.client_id = add_client().id;
  EXPECT_FALSE(must(store_->create_token(token)));
}

// A caller that does not know whether its first try was stored tries again.
TEST_P(StoreContract, ARetriedAdditionIsAConflictAndAddsNothing) {
  const auto client = add_client();
  const auto user = add_user(client.id);
  const auto token = add_token(user);
  EXPECT_EQ(store_->create_client(client).error().code, Code::conflict);
  EXPECT_EQ(store_->create_user(user).error().code, Code::conflict);
  EXPECT_EQ(store_->create_token(token).error().code, Code::conflict);
  const auto status = must(store_->status());
  EXPECT_EQ(status.clients, 1);
  EXPECT_EQ(status.users, 1);
  EXPECT_EQ(status.tokens, 1);
}

TEST_P(StoreContract, AnotherClientsObjectIsAMissingOne) {
  const auto client = add_client();
  const auto user = add_user(client.id);
  const auto token = add_token(user);
  const auto other = add_client().id;
  EXPECT_FALSE(must(store_->find_user(other, user.id)).has_value());
  EXPECT_FALSE(must(store_->find_token(other, token.id)).has_value());
  EXPECT_FALSE(must(store_->find_credential(other, user.identifier, make_.now)).has_value());
  EXPECT_FALSE(must(store_->revoke_token(other, token.id, make_.now, somebody)).has_value());
  EXPECT_FALSE(must(store_->revoke_user_tokens(other, user.id, make_.now, somebody)).has_value());
  EXPECT_FALSE(
      must(store_->update_user(other, user.id, {.is_active = false}, make_.now, somebody)));
  const SecretRotation rotation{
      .hash = make_.hash<UserSecretHash>(), .preview = "p", .now = make_.now, .origin = somebody};
  EXPECT_FALSE(must(store_->rotate_secret(other, user.id, rotation)).has_value());
  EXPECT_TRUE(is_live(token.id));
  EXPECT_EQ(must(store_->status()).epoch.number, 0);
}

TEST_P(StoreContract, TheStatusCounts) {
  const auto client = add_client();
  const auto user = add_user(client.id);
  add_user(client.id, "second");
  add_token(user);
  const auto status = must(store_->status());
  EXPECT_FALSE(status.engine.empty());
  EXPECT_EQ(status.environment, "development");
  EXPECT_GE(status.schema_version, 1);
  EXPECT_EQ(status.clients, 1);
  EXPECT_EQ(status.users, 2);
  EXPECT_EQ(status.tokens, 1);
  EXPECT_GT(status.size_bytes, 0);
  must(store_->ping());
}

TEST_P(StoreContract, LastUseIsRecordedAndNeverGoesBack) {
  const auto client = add_client();
  const auto user = add_user(client.id);
  const auto token = add_token(user);
  const auto at = make_.now + seconds{60};
  for (const auto when : {at, at - seconds{30}}) {
    must(store_->record_last_used({.tokens = {{token.id, when}, {make_.id<TokenId>(), when}},
                                   .users = {{user.id, when}},
                                   .clients = {{client.id, when}}}));
  }
  EXPECT_EQ(must_have(store_->find_token(client.id, token.id)).last_used_at, at);
  EXPECT_EQ(must_have(store_->find_user(client.id, user.id)).last_used_at, at);
  EXPECT_EQ(must_have(store_->find_client(client.id)).last_used_at, at);
  EXPECT_EQ(must(store_->status()).epoch.number, 0) << "it is nobody's to hear of";
}

TEST_P(StoreContract, PruneDeletesWhatExpiredBeforeInBatches) {
  const auto user = add_user(add_client().id);
  std::vector<NewToken> tokens;
  for (int i = 0; i < 5; ++i) tokens.push_back(add_token(user));
  make_.now -= seconds{10};
  add_token(user);
  make_.now += seconds{20};
  const auto later = add_token(user);
  const auto edge = tokens.front().expires_at;
  EXPECT_EQ(must(store_->prune(edge, 100)), 1) << "not what expires at that moment";
  EXPECT_EQ(must(store_->prune(edge, 100)), 0);
  const auto after = edge + std::chrono::milliseconds{1};
  EXPECT_EQ(must(store_->prune(after, 3)), 3);
  EXPECT_EQ(must(store_->prune(after, 3)), 2);
  EXPECT_EQ(must(store_->prune(after, 3)), 0);
  for (const auto& token : tokens) EXPECT_FALSE(must(store_->read_live(token.id, Epoch{})).record);
  EXPECT_TRUE(is_live(later.id));
  EXPECT_EQ(must(store_->status()).tokens, 1);
  EXPECT_EQ(must(store_->status()).epoch.number, 0) << "nothing was taken back";
}

}  // namespace claviger::contract
