#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "store/contract/fixture.h"

// Lists and pages.
namespace claviger::contract {

inline std::vector<std::string> names_of(const UserPage& page) {
  std::vector<std::string> names;
  for (const auto& row : page.users) names.push_back(row.user.identifier);
  return names;
}

TEST_P(StoreContract, UsersArePagedInTheOrderOfCreation) {
  const auto client = add_client().id;
  const auto other = add_client().id;
  for (const auto* name : {"e", "d", "c", "b", "a"}) {
    add_user(client, name);
    add_user(other, name);
  }
  using testing::ElementsAre;
  EXPECT_THAT(names_of(must(store_->list_users(client, 1, 2))), ElementsAre("e", "d"));
  EXPECT_THAT(names_of(must(store_->list_users(client, 2, 2))), ElementsAre("c", "b"));
  const auto last = must(store_->list_users(client, 3, 2));
  EXPECT_THAT(names_of(last), ElementsAre("a"));
  EXPECT_EQ(last.total, 5);
}

TEST_P(StoreContract, APageBeyondTheLastIsEmptyWithTheTotal) {
  const auto client = add_client().id;
  add_user(client);
  const auto page = must(store_->list_users(client, 1'000'000'000, 100));
  EXPECT_TRUE(page.users.empty());
  EXPECT_EQ(page.total, 1);
  EXPECT_EQ(must(store_->list_users(add_client().id, 1, 20)).total, 0);
  EXPECT_EQ(must(store_->list_users(make_.id<ClientId>(), 1, 20)).total, 0);
}

TEST_P(StoreContract, UsersAreListedWithTheirNewestToken) {
  const auto client = add_client().id;
  const auto busy = add_user(client, "busy");
  add_user(client, "idle");
  add_token(busy);
  make_.now += seconds{1};
  auto newest = make_.token(busy);
  newest.preview = "eyJ****new";
  newest.created_by_username = "";
  must(store_->create_token(newest));
  const auto page = must(store_->list_users(client, 1, 20));
  ASSERT_EQ(page.users.size(), 2U);
  ASSERT_TRUE(page.users[0].newest_token.has_value());
  EXPECT_EQ(page.users[0].newest_token->preview, "eyJ****new");
  EXPECT_EQ(page.users[0].newest_token->expires_at, newest.expires_at);
  EXPECT_EQ(page.users[0].newest_token->created_by_username, "");
  EXPECT_FALSE(page.users[1].newest_token.has_value());
}

TEST_P(StoreContract, TwoTokensOfOneMillisecondHaveAnOrder) {
  const auto user = add_user(add_client().id);
  const auto one = add_token(user).id;
  const auto two = add_token(user).id;
  auto third = make_.token(user);
  third.id = std::max(one, two);
  third.id.bytes[15] ^= 0xff;
  third.preview = "eyJ****3rd";
  must(store_->create_token(third));
  const auto newest = std::max({one, two, third.id});
  const auto page = must(store_->list_tokens(
      {.client_id = user.client_id, .user_id = user.id, .limit = 1, .now = make_.now}));
  ASSERT_EQ(page.tokens.size(), 1U);
  EXPECT_EQ(page.tokens.front().id, newest);
  const auto users = must(store_->list_users(user.client_id, 1, 20));
  EXPECT_EQ(users.users.front().newest_token->preview, page.tokens.front().preview);
}

TEST_P(StoreContract, ClientsAreListedInTheOrderOfCreation) {
  std::vector<ClientId> made;
  for (int i = 0; i < 5; ++i) {
    made.push_back(add_client().id);
    make_.now += seconds{1};
  }
  std::vector<ClientId> listed;
  std::optional<ClientId> after;
  int pages = 0;
  do {
    const auto page = must(store_->list_clients(after, 2));
    for (const auto& client : page.clients) listed.push_back(client.id);
    after = page.next;
    ++pages;
  } while (after);
  EXPECT_EQ(listed, made);
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(must(store_->list_clients(std::nullopt, 5)).next, std::nullopt);
}

/// All the tokens of a query, by pages of `limit`.
inline std::vector<TokenId> all_tokens(Store& store, TokenQuery query) {
  std::vector<TokenId> ids;
  do {
    const auto page = must(store.list_tokens(query));
    EXPECT_LE(static_cast<std::int64_t>(page.tokens.size()), query.limit);
    for (const auto& token : page.tokens) {
      EXPECT_TRUE(!query.state || token.state(query.now) == *query.state);
      ids.push_back(token.id);
    }
    query.before = page.next;
  } while (query.before);
  return ids;
}

TEST_P(StoreContract, TokensArePagedByCursorAndState) {
  const auto client = add_client().id;
  const auto one = add_user(client, "one");
  const auto two = add_user(client, "two");
  const auto stranger = add_user(add_client().id, "one");
  std::vector<TokenId> ones, twos, revoked, expired;
  for (int i = 0; i < 12; ++i) {
    make_.now += seconds{1};
    auto token = make_.token(one);
    if (i % 3 == 0) token.expires_at = make_.now + seconds{60};
    must(store_->create_token(token));
    ones.push_back(token.id);
    if (i % 4 == 0) {
      must_have(store_->revoke_token(client, token.id, make_.now, somebody));
      revoked.push_back(token.id);
    } else if (i % 3 == 0) {
      expired.push_back(token.id);
    }
    twos.push_back(add_token(two).id);
    add_token(stranger);
  }
  const auto newest_first = [](std::vector<TokenId> ids) {
    std::sort(ids.rbegin(), ids.rend());
    return ids;
  };
  auto both = ones;
  both.insert(both.end(), twos.begin(), twos.end());
  const auto now = make_.now + seconds{120};
  for (const std::int64_t limit : {1, 3, 5, 24, 100}) {
    TokenQuery query{.client_id = client, .limit = limit, .now = now};
    EXPECT_EQ(all_tokens(*store_, query), newest_first(both));
    query.state = TokenState::expired;
    EXPECT_EQ(all_tokens(*store_, query), newest_first(expired));
    query.state = TokenState::revoked;
    EXPECT_EQ(all_tokens(*store_, query), newest_first(revoked));
    query.user_id = two.id;
    EXPECT_TRUE(all_tokens(*store_, query).empty());
    query.state = TokenState::live;
    EXPECT_EQ(all_tokens(*store_, query), newest_first(twos));
    query.user_id = stranger.id;
    EXPECT_TRUE(all_tokens(*store_, query).empty());
  }
}

TEST_P(StoreContract, ATokenExpiresAtItsEdge) {
  const auto user = add_user(add_client().id);
  const auto token = add_token(user);
  const auto ids_in = [&](TokenState state, Instant now) {
    return all_tokens(
        *store_,
        {.client_id = user.client_id, .user_id = user.id, .state = state, .limit = 10, .now = now});
  };
  const auto before = token.expires_at - std::chrono::milliseconds{1};
  EXPECT_EQ(ids_in(TokenState::live, before).size(), 1U);
  EXPECT_EQ(ids_in(TokenState::expired, before).size(), 0U);
  EXPECT_EQ(ids_in(TokenState::live, token.expires_at).size(), 0U);
  EXPECT_EQ(ids_in(TokenState::expired, token.expires_at).size(), 1U);
}

}  // namespace claviger::contract
