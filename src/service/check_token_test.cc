#include "service/check_token.h"

#include <atomic>
#include <thread>

#include "service/keys.h"
#include "service/world.h"
#include "token/claims.h"
#include "token/jws.h"

namespace claviger {
namespace {

struct Issued {
  explicit Issued(World& world)
      : client(world.make_client()),
        acting(world.acting(client)),
        user(world.make_user(acting)),
        token(std::move(*world.issue(acting, user))) {}
  CreatedClient client;
  ActingClient acting;
  CreatedUser user;
  IssuedToken token;
};

TEST(CheckToken, AcceptsFromMemoryAtOnce) {
  World world;
  const Issued issued(world);
  const auto verdict = world.try_check(issued.token);
  ASSERT_TRUE(verdict);
  ASSERT_EQ(word(*verdict), "accepted");
  const auto& identity = std::get<Identity>(*verdict);
  EXPECT_EQ(identity.user->username(), "a user");
  EXPECT_EQ(identity.user->scopes(), "read:all");
  EXPECT_EQ(identity.user->client->id, issued.client.client.id);
  EXPECT_EQ(identity.token_id, issued.token.id);
}

TEST(CheckToken, Layer1RefusesByItself) {
  World world;
  const Issued issued(world);
  auto text = issued.token.text.reveal([](std::string_view t) { return std::string(t); });
  text.back() = text.back() == 'A' ? 'E' : 'A';
  EXPECT_EQ(word(check_token(world.services, text)), "not ours");
}

TEST(CheckToken, Layer2RefusesByItself) {
  World world;
  const Issued issued(world);
  world.clock.advance(std::chrono::hours(720) - std::chrono::milliseconds(1));
  EXPECT_EQ(word(world.check(issued.token)), "accepted");
  world.clock.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(word(world.check(issued.token)), "expired");
}

TEST(CheckToken, Layer3RefusesByItself) {
  World world;
  const Issued issued(world);
  // A token with a good signature that has no record.
  const auto text =
      sign_token(*world.keys.signing(), write_claims({.token_id = {{9}},
                                                      .user_id = issued.user.user.id,
                                                      .client_id = issued.client.client.id,
                                                      .issued_at = world.clock.now(),
                                                      .expires_at = world.clock.now() + seconds(60),
                                                      .issuer = world.policy.issuer,
                                                      .scopes = "read:all"}));
  EXPECT_EQ(word(check_token(world.services, text)), "unknown");
}

TEST(CheckToken, Layer4RefusesByItself) {
  World world;
  const Issued issued(world);
  ASSERT_TRUE(revoke_token(world.services, issued.acting, issued.token.id));
  EXPECT_EQ(word(world.check(issued.token)), "revoked");
  EXPECT_EQ(word(*world.try_check(issued.token)), "revoked");  // remembered: revocation is final
}

TEST(CheckToken, TheRecordDecidesWhoseTokenItIs) {  // TOK-6
  World world;
  const Issued issued(world);
  const auto forge = [&](UserId user, ClientId client, std::string_view scopes) {
    const auto text =
        sign_token(*world.keys.signing(), write_claims({.token_id = issued.token.id,
                                                        .user_id = user,
                                                        .client_id = client,
                                                        .issued_at = world.clock.now(),
                                                        .expires_at = issued.token.expires_at,
                                                        .issuer = world.policy.issuer,
                                                        .scopes = scopes}));
    return check_token(world.services, text);
  };
  const auto user = issued.user.user.id;
  const auto client = issued.client.client.id;
  EXPECT_EQ(word(forge({{7}}, client, "read:all")), "not ours");
  EXPECT_EQ(word(forge(user, {{7}}, "read:all")), "not ours");
  const auto widened = forge(user, client, "admin");
  ASSERT_EQ(word(widened), "accepted");
  EXPECT_EQ(std::get<Identity>(widened).user->scopes(), "read:all");
}

TEST(CheckToken, EveryWayOfTakingBackHolds) {
  World world;
  const auto refused_after = [&](auto take_back) {
    const Issued issued(world);
    EXPECT_EQ(word(world.check(issued.token)), "accepted");
    EXPECT_TRUE(take_back(issued));
    EXPECT_EQ(word(world.check(issued.token)), "revoked");
    return issued.user.user.id;
  };
  auto& s = world.services;
  refused_after(
      [&](const Issued& i) { return revoke_user_tokens(s, i.acting, i.user.user.id).has_value(); });
  refused_after([&](const Issued& i) {
    return update_user(s, i.acting, i.user.user.id, {.is_active = false, .scopes = {}}).has_value();
  });
  refused_after([&](const Issued& i) { return set_client_active(s, i.acting, false).has_value(); });
  refused_after([&](const Issued& i) {
    return rotate_secret(s, i.acting, i.user.user.id,
                         {.grace_period = seconds(0), .revoke_tokens = true})
        .has_value();
  });
  refused_after([&](const Issued& i) {
    return rotate_api_key(s, i.acting, {.grace_period = seconds(0), .revoke_tokens = true})
        .has_value();
  });
}

TEST(CheckToken, ActivatingAgainBringsNoneBack) {
  World world;
  const Issued issued(world);
  const auto id = issued.user.user.id;
  ASSERT_TRUE(update_user(world.services, issued.acting, id, {.is_active = false, .scopes = {}}));
  ASSERT_TRUE(update_user(world.services, issued.acting, id, {.is_active = true, .scopes = {}}));
  EXPECT_EQ(word(world.check(issued.token)), "revoked");
  const auto fresh = world.issue(issued.acting, issued.user);
  ASSERT_TRUE(fresh);
  EXPECT_EQ(word(world.check(*fresh)), "accepted");
}

TEST(CheckToken, RotationLeavesTokensAlone) {
  World world;
  const Issued issued(world);
  ASSERT_TRUE(rotate_secret(world.services, issued.acting, issued.user.user.id, {}));
  EXPECT_EQ(word(world.check(issued.token)), "accepted");
  EXPECT_FALSE(world.issue(issued.acting, issued.user));  // the old secret ended at once
}

TEST(CheckToken, ScopesFollowTheRecord) {
  World world;
  const Issued issued(world);
  ASSERT_TRUE(update_user(world.services, issued.acting, issued.user.user.id,
                          {.is_active = {}, .scopes = {{"write"}}}));
  EXPECT_EQ(std::get<Identity>(world.check(issued.token)).user->scopes(), "write");
}

TEST(CheckToken, AnotherProcessesChangesAreSeenByTheVeryNextCheck) {
  const DatabaseFile file;
  World a(file.path()), b(file.path());
  const Issued issued(a);
  for (int i = 0; i < 50; ++i) {
    const auto token = *a.issue(issued.acting, issued.user);
    ASSERT_EQ(word(b.check(token)), "accepted") << "issued elsewhere, found at once";
    ASSERT_TRUE(revoke_token(b.services, issued.acting, token.id));
    const auto verdict = a.try_check(token);  // a held it in memory as live
    ASSERT_TRUE(!verdict || word(*verdict) == "revoked");
    ASSERT_EQ(word(a.check(token)), "revoked");
  }
  EXPECT_EQ(word(a.check(issued.token)), "accepted");
}

TEST(CheckToken, ASmallCacheChangesNoVerdict) {
  World world(":memory:", 1);  // one cell a shard
  const Issued issued(world);
  std::vector<IssuedToken> tokens;
  for (int i = 0; i < 300; ++i)
    tokens.push_back(std::move(*world.issue(issued.acting, issued.user)));
  EXPECT_LE(world.view.size(), 64U);
  for (std::size_t i = 0; i < tokens.size(); i += 2)
    ASSERT_TRUE(revoke_token(world.services, issued.acting, tokens[i].id));
  for (std::size_t i = 0; i < tokens.size(); ++i)
    EXPECT_EQ(word(world.check(tokens[i])), i % 2 == 0 ? "revoked" : "accepted");
}

TEST(CheckToken, LastUseIsKnownToTheMinute) {
  World world;
  const Issued issued(world);
  world.clock.advance(std::chrono::minutes(5));
  world.check(issued.token);
  world.clock.advance(std::chrono::minutes(5));
  world.check(issued.token);
  const auto used = world.view.take_last_used();
  ASSERT_EQ(used.size(), 1U);
  EXPECT_EQ(used[0].first, issued.token.id);
  EXPECT_EQ(used[0].second, std::chrono::floor<std::chrono::minutes>(world.clock.now()));
  EXPECT_TRUE(world.view.take_last_used().empty());
  // A revocation does not lose it.
  world.check(issued.token);
  world.clock.advance(std::chrono::minutes(1));
  world.check(issued.token);
  ASSERT_TRUE(revoke_token(world.services, issued.acting, issued.token.id));
  EXPECT_EQ(world.view.take_last_used().size(), 1U);
}

// Readers check while a writer revokes. A check that begins after a revocation was answered must
// refuse, whatever the readers do to the view meanwhile.
TEST(CheckToken, NoCheckAcceptsWhatWasAnsweredAsRevoked) {
  World world;
  const Issued issued(world);
  std::vector<IssuedToken> tokens;
  constexpr std::size_t kTokens = 200;
  for (std::size_t i = 0; i < kTokens; ++i)
    tokens.push_back(std::move(*world.issue(issued.acting, issued.user)));
  std::atomic<std::size_t> answered{0};  // tokens below this index are revoked, and said to be
  std::atomic<int> violations{0};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 3; ++reader)
    readers.emplace_back([&, reader] {
      for (std::size_t i = static_cast<std::size_t>(reader);; i = (i * 31 + 7) % kTokens) {
        const auto before = answered.load();
        if (word(world.check(tokens[i])) == "accepted" && i < before) ++violations;
        if (before == kTokens) return;
      }
    });
  for (std::size_t i = 0; i < kTokens; ++i) {
    EXPECT_TRUE(revoke_token(world.services, issued.acting, tokens[i].id));
    answered = i + 1;
  }
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(violations, 0);
}

/// The world's key, as its kid names it, made another's to sign so that it can be retired.
std::string stop_signing(World& world) {
  const auto kid = world.keys.signing()->kid();
  EXPECT_TRUE(world.store->note_keys({kid}, world.clock.now(), Origin::system()));
  EXPECT_TRUE(world.store->note_keys({"test.other", kid}, world.clock.now(), Origin::system()));
  return kid;
}

TEST(RetireKey, NothingThatItSignedIsAcceptedAfterwards) {  // TOK-7
  World world;
  const auto client = world.make_client();
  const auto acting = world.acting(client);
  const auto user = world.make_user(acting);
  const auto known = *world.issue(acting, user);
  const auto unseen = *world.issue(acting, user);
  EXPECT_EQ(word(world.check(known)), "accepted");
  EXPECT_EQ(word(world.check(known)), "accepted");  // from memory
  const auto kid = stop_signing(world);
  ASSERT_TRUE(retire_key(world.services, kid, Origin::command_line()));
  EXPECT_EQ(word(world.check(known)), "revoked");
  EXPECT_EQ(word(world.check(unseen)), "revoked");
  EXPECT_EQ(word(*world.try_check(known)), "revoked");
  EXPECT_EQ(world.issue(acting, user).error().code, Code::signing_key_retired);
}

TEST(RetireKey, AnotherProcessKnowsAtItsNextCheck) {  // TOK-7
  const DatabaseFile file;
  World one(file.path()), other(file.path());
  const auto acting = one.acting(one.make_client());
  const auto token = *one.issue(acting, one.make_user(acting));
  EXPECT_EQ(word(other.check(token)), "accepted");
  const auto kid = stop_signing(one);
  ASSERT_TRUE(retire_key(one.services, kid, Origin::command_line()));
  EXPECT_EQ(word(other.check(token)), "revoked");
  World late(file.path());  // started after it
  EXPECT_EQ(word(late.check(token)), "revoked");
}

}  // namespace
}  // namespace claviger
