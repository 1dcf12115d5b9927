#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "store/contract/fixture.h"

// The lists over all clients, and what is done to tokens of several clients at once.
namespace claviger::contract {

using testing::ElementsAre;

/// The names of all rows of a list, by pages of `limit`.
template <class List, class NameOf>
std::vector<std::string> walk(List list, NameOf name_of, ListRange range) {
  std::vector<std::string> names;
  do {
    const auto page = must(list(range));
    EXPECT_LE(static_cast<std::int64_t>(page.rows.size()), range.limit);
    for (const auto& row : page.rows) names.push_back(name_of(row));
    range.behind = page.next;
  } while (range.behind);
  return names;
}

class AllClients : public StoreContract {
 protected:
  std::vector<std::string> clients(const ClientFilter& filter, bool is_descending = false,
                                   std::int64_t limit = 2) {
    return walk([&](const ListRange& range) { return store_->list_clients(filter, range); },
                [](const Client& row) { return row.name; },
                {.limit = limit, .is_descending = is_descending});
  }
  std::vector<std::string> users(const UserFilter& filter, bool is_descending = false,
                                 std::int64_t limit = 2) {
    return walk([&](const ListRange& range) { return store_->list_users(filter, range); },
                [](const ListedUser& row) { return row.user.identifier; },
                {.limit = limit, .is_descending = is_descending});
  }
  std::vector<TokenId> tokens(const TokenFilter& filter, std::int64_t limit = 2) {
    std::vector<TokenId> ids;
    walk([&](const ListRange& range) { return store_->list_tokens(filter, range); },
         [&](const ListedToken& row) {
           ids.push_back(row.token.id);
           return row.token.username;
         },
         {.limit = limit, .is_descending = true});
    return ids;
  }
  NewClient client_later(std::string name) {
    make_.now += seconds{1};
    return add_client(std::move(name));
  }
  NewUser user_later(ClientId client, std::string_view identifier) {
    make_.now += seconds{1};
    return add_user(client, identifier);
  }
};

TEST_P(AllClients, ClientsComeByAgeAndByName) {
  for (const auto* name : {"b", "a", "c", "a", "B"}) client_later(name);
  EXPECT_THAT(clients({}), ElementsAre("b", "a", "c", "a", "B"));
  EXPECT_THAT(clients({}, true), ElementsAre("B", "a", "c", "a", "b"));
  EXPECT_THAT(clients({.by_name = true}), ElementsAre("B", "a", "a", "b", "c"));
  EXPECT_THAT(clients({.by_name = true}, true), ElementsAre("c", "b", "a", "a", "B"));
}

TEST_P(AllClients, APrefixIsOfCodePointsAndNothingInItIsSpecial) {
  for (const auto* name : {"a%", "a%b", "ab", "a_", "é", "éa", "e", "zé", "\U0010FFFF"})
    client_later(name);
  EXPECT_THAT(clients({.prefix = "a%", .by_name = true}), ElementsAre("a%", "a%b"));
  EXPECT_THAT(clients({.prefix = "a%", .by_name = true}, true), ElementsAre("a%b", "a%"));
  EXPECT_THAT(clients({.prefix = "a_", .by_name = true}), ElementsAre("a_"));
  EXPECT_THAT(clients({.prefix = "%", .by_name = true}), ElementsAre());
  EXPECT_THAT(clients({.prefix = "é", .by_name = true}), ElementsAre("é", "éa"));
  EXPECT_THAT(clients({.prefix = "A", .by_name = true}), ElementsAre());
  EXPECT_THAT(clients({.prefix = "\U0010FFFF", .by_name = true}), ElementsAre("\U0010FFFF"));
  EXPECT_EQ(clients({.by_name = true}, true).size(), 9U);
}

TEST_P(AllClients, UsersComeByEveryFilterInEveryOrder) {
  const auto one = add_client("one").id;
  const auto two = add_client("two").id;
  for (const auto* name : {"d", "b", "a", "c"}) {
    const auto user = user_later(one, name);
    if (*name == 'a' || *name == 'd')
      must_have(store_->update_user(one, user.id, {.is_active = false}, make_.now, somebody));
  }
  user_later(two, "b");
  user_later(two, "ba");
  for (const std::int64_t limit : {1, 2, 3, 100}) {
    EXPECT_THAT(users({}, false, limit), ElementsAre("d", "b", "a", "c", "b", "ba"));
    EXPECT_THAT(users({}, true, limit), ElementsAre("ba", "b", "c", "a", "b", "d"));
    EXPECT_THAT(users({.by_identifier = true}, false, limit),
                ElementsAre("a", "b", "b", "ba", "c", "d"));
    EXPECT_THAT(users({.client_id = one}, true, limit), ElementsAre("c", "a", "b", "d"));
    EXPECT_THAT(users({.client_id = one, .by_identifier = true}, true, limit),
                ElementsAre("d", "c", "b", "a"));
    EXPECT_THAT(users({.is_active = false}, false, limit), ElementsAre("d", "a"));
    EXPECT_THAT(users({.is_active = false}, true, limit), ElementsAre("a", "d"));
    EXPECT_THAT(users({.is_active = false, .by_identifier = true}, true, limit),
                ElementsAre("d", "a"));
    EXPECT_THAT(users({.client_id = one, .is_active = true}, false, limit), ElementsAre("b", "c"));
    EXPECT_THAT(users({.prefix = "b", .by_identifier = true}, true, limit),
                ElementsAre("ba", "b", "b"));
    EXPECT_THAT(users({.client_id = two, .prefix = "b", .by_identifier = true}, false, limit),
                ElementsAre("b", "ba"));
    EXPECT_THAT(users({.prefix = "a", .is_active = false, .by_identifier = true}, false, limit),
                ElementsAre("a"));
  }
}

TEST_P(AllClients, WhatIsAddedMeanwhileMovesNothing) {
  const auto client = add_client().id;
  for (const auto* name : {"b", "d", "f"}) user_later(client, name);
  const UserFilter by_name{.by_identifier = true};
  const auto first = must(store_->list_users(by_name, {.limit = 2}));
  user_later(client, "a");
  user_later(client, "e");
  const auto second = must(store_->list_users(by_name, {.behind = first.next, .limit = 2}));
  ASSERT_EQ(second.rows.size(), 2U);
  EXPECT_EQ(second.rows[0].user.identifier, "e");
  EXPECT_EQ(second.rows[1].user.identifier, "f");
}

TEST_P(AllClients, AUserIsListedWithItsClientAndNewestToken) {
  const auto client = add_client("the client");
  const auto user = add_user(client.id);
  add_token(user);
  make_.now += seconds{1};
  auto newest = make_.token(user);
  newest.preview = "eyJ****new";
  must(store_->create_token(newest));
  const auto listed = must_have(store_->find_user(user.id));
  EXPECT_EQ(listed.client_name, "the client");
  ASSERT_TRUE(listed.newest_token.has_value());
  EXPECT_EQ(listed.newest_token->preview, "eyJ****new");
  const auto page = must(store_->list_users(UserFilter{}, {.limit = 5}));
  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(page.rows[0].newest_token->preview, "eyJ****new");
  EXPECT_FALSE(must(store_->find_user(make_.id<UserId>())).has_value());
}

TEST_P(AllClients, TokensComeNewestFirstByEveryFilter) {
  const auto one = add_user(add_client("one").id, "one");
  const auto two = add_user(add_client("two").id, "two");
  std::vector<TokenId> ones, twos;
  for (int i = 0; i < 3; ++i) {
    make_.now += seconds{1};
    ones.insert(ones.begin(), add_token(one).id);
    make_.now += seconds{1};
    twos.insert(twos.begin(), add_token(two).id);
  }
  must_have(store_->revoke_token(one.client_id, ones[1], make_.now, somebody));
  const auto now = make_.now;
  EXPECT_EQ(tokens({.now = now}).size(), 6U);
  EXPECT_THAT(tokens({.client_id = one.client_id, .now = now}), testing::ElementsAreArray(ones));
  EXPECT_THAT(tokens({.user_id = two.id, .now = now}), testing::ElementsAreArray(twos));
  EXPECT_THAT(tokens({.client_id = one.client_id, .user_id = two.id, .now = now}), ElementsAre());
  EXPECT_THAT(tokens({.state = TokenState::revoked, .now = now}), ElementsAre(ones[1]));
  EXPECT_THAT(tokens({.user_id = one.id, .state = TokenState::live, .now = now}),
              ElementsAre(ones[0], ones[2]));
  EXPECT_EQ(tokens({.state = TokenState::expired, .now = now + lifetime}).size(), 5U);
  EXPECT_EQ(must_have(store_->find_token(ones[0])).client_name, "one");
  EXPECT_FALSE(must(store_->find_token(make_.id<TokenId>())).has_value());
}

TEST_P(AllClients, TokensOfSeveralClientsAreRevokedTogether) {
  const auto one = add_token(add_user(add_client().id));
  const auto two = add_token(add_user(add_client().id));
  const auto other = add_token(add_user(add_client().id));
  const auto before = must(store_->audit_state()).newest.sequence;
  const std::vector<TokenId> ids{one.id, make_.id<TokenId>(), two.id};
  const auto done = must(store_->revoke_tokens(ids, make_.now, somebody));
  EXPECT_EQ(done.value.revoked, 2);
  EXPECT_EQ(done.value.missing, 1);
  EXPECT_EQ(done.committed.epoch(), must(store_->status()).epoch);
  EXPECT_FALSE(is_live(one.id));
  EXPECT_FALSE(is_live(two.id));
  EXPECT_TRUE(is_live(other.id));
  const auto rows = must(store_->read_audit(before, 10)).rows;
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].action, "token_revoked");
  EXPECT_EQ(rows[1].client_id, std::string(two.client_id.bytes.begin(), two.client_id.bytes.end()));
  const std::vector<TokenId> nobody{make_.id<TokenId>()};
  EXPECT_EQ(must(store_->revoke_tokens(nobody, make_.now, somebody)).value.revoked, 0);
}

TEST_P(AllClients, TotalsAreThoseOfTheRows) {
  const auto client = add_client().id;
  add_client();
  add_user(client, "one");
  add_user(client, "two");
  const auto status = must(store_->status());
  EXPECT_EQ(status.clients, 2);
  EXPECT_EQ(status.users, 2);
}

TEST_P(AllClients, LiveAndExpiringTokensAreCounted) {
  const auto user = add_user(add_client().id);
  const auto dead = add_user(add_client().id);
  add_token(user);
  const auto revoked = add_token(user);
  add_token(dead);
  must_have(store_->revoke_token(user.client_id, revoked.id, make_.now, somebody));
  must_have(
      store_->update_user(dead.client_id, dead.id, {.is_active = false}, make_.now, somebody));
  EXPECT_EQ(must(store_->count_live_tokens(make_.now, 4)), 1);
  EXPECT_EQ(must(store_->count_live_tokens(make_.now, 3)), std::nullopt);
  const auto end = make_.now + lifetime;
  EXPECT_EQ(must(store_->count_live_tokens(end, 4)), 0);
  EXPECT_EQ(must(store_->count_expiring(end, end + seconds{1})), 3);
  EXPECT_EQ(must(store_->count_expiring(end - seconds{1}, end)), 0);
}

TEST_P(AllClients, WhatIsStaleIsCounted) {
  const auto client = add_client();
  const auto used = add_user(client.id, "used");
  add_user(client.id, "unused");
  const auto gone = add_user(client.id, "gone");
  must_have(store_->update_user(client.id, gone.id, {.is_active = false}, make_.now, somebody));
  const auto later = make_.now + seconds{1000};
  must(store_->record_last_used({.tokens = {}, .users = {{used.id, later}}, .clients = {}}));
  const auto stale = must(store_->count_stale(later));
  EXPECT_EQ(stale.secrets, 2);
  EXPECT_EQ(stale.api_keys, 1);
  EXPECT_EQ(stale.unused_users, 1);
  const auto none = must(store_->count_stale(make_.now));
  EXPECT_EQ(none.secrets + none.api_keys + none.unused_users, 0);
}

TEST_P(AllClients, TheAuditTrailIsListedNewestFirst) {
  const auto client = client_later("one");
  const auto user = user_later(client.id, "a");
  make_.now += seconds{1};
  const auto token = add_token(user);
  const auto at = make_.now;
  client_later("two");
  const auto actions = [&](const AuditFilter& filter, std::int64_t limit = 10) {
    std::vector<std::string> found;
    std::optional<std::int64_t> before;
    do {
      const auto page = must(store_->list_audit(filter, before, limit));
      for (const auto& row : page.rows) found.push_back(row.action);
      before = page.next;
    } while (before);
    return found;
  };
  for (const std::int64_t limit : {1, 2, 10})
    EXPECT_THAT(actions({}, limit),
                ElementsAre("client_created", "token_issued", "user_created", "client_created"));
  EXPECT_THAT(actions({.action = "user_created"}), ElementsAre("user_created"));
  EXPECT_THAT(actions({.actor = "nobody"}), ElementsAre());
  EXPECT_THAT(actions({.actor = "operator"}, 3).size(), 4U);
  EXPECT_THAT(actions({.client_id = client.id}),
              ElementsAre("token_issued", "user_created", "client_created"));
  EXPECT_THAT(actions({.object_id = token.id.bytes}), ElementsAre("token_issued"));
  EXPECT_THAT(actions({.from = at}), ElementsAre("client_created", "token_issued"));
  EXPECT_THAT(actions({.until = at}), ElementsAre("user_created", "client_created"));
  EXPECT_THAT(actions({.from = at, .until = at + seconds{1}}), ElementsAre("token_issued"));
  EXPECT_THAT(actions({.from = at + seconds{100}}), ElementsAre());
}

}  // namespace claviger::contract
