#include "policy/credential.h"
#include "service/tokens.h"
#include "service/world.h"

namespace claviger {
namespace {

struct Client {
  explicit Client(World& world)
      : created(world.make_client()),
        acting(world.acting(created)),
        user(world.make_user(acting)) {}
  CreatedClient created;
  ActingClient acting;
  CreatedUser user;
};

Result<IssuedToken> issue(World& world, const ActingClient& acting, std::string_view identifier,
                          std::string_view secret) {
  return issue_token(world.services, acting, {identifier, secret, std::nullopt, {}, {}});
}

std::string text_of(const UserSecret& secret) {
  return secret.reveal([](std::string_view text) { return std::string(text); });
}

TEST(IssueToken, EveryWrongLoginIsTheSameRefusal) {  // ACC-2
  World world;
  const Client one(world), other(world);
  const auto secret = text_of(one.user.secret);
  auto mistyped = secret;
  mistyped.back() = mistyped.back() == 'A' ? 'B' : 'A';
  ASSERT_TRUE(issue(world, one.acting, "a user", secret));
  const auto expected = issue(world, one.acting, "a user", mistyped).error();
  EXPECT_EQ(expected.code, Code::invalid_credential);
  for (const auto& refused :
       {issue(world, one.acting, "nobody", secret), issue(world, other.acting, "a user", secret),
        issue(world, one.acting, "A user", secret), issue(world, one.acting, "a user", ""),
        issue(world, one.acting, "a user", text_of(other.user.secret))}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, expected.code);
    EXPECT_EQ(refused.error().detail, expected.detail);
  }
  ASSERT_TRUE(update_user(world.services, one.acting, one.user.user.id, {false, {}}));
  EXPECT_EQ(issue(world, one.acting, "a user", secret).error().detail, expected.detail);
}

TEST(IssueToken, AnotherEnvironmentsSecretIsNamed) {  // ENV-2
  World world;
  const Client client(world);
  SystemRandom random;
  const auto foreign = make_user_secret(*Environment::parse("production"), random);
  const auto refused = issue(world, client.acting, "a user", text_of(foreign));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::wrong_environment);
  EXPECT_NE(refused.error().detail.find("production"), std::string::npos);
  EXPECT_NE(refused.error().detail.find("test"), std::string::npos);
}

TEST(IssueToken, GracePeriodKeepsTheOldSecretThatLong) {
  World world;
  const Client client(world);
  const auto old_secret = text_of(client.user.secret);
  const auto rotated = rotate_secret(world.services, client.acting, client.user.user.id,
                                     {.grace_period = seconds(60), .revoke_tokens = false});
  ASSERT_TRUE(rotated);
  EXPECT_TRUE(issue(world, client.acting, "a user", text_of(rotated->secret)));
  world.clock.advance(seconds(59));
  EXPECT_TRUE(issue(world, client.acting, "a user", old_secret));
  world.clock.advance(seconds(1));
  EXPECT_FALSE(issue(world, client.acting, "a user", old_secret));
  EXPECT_TRUE(issue(world, client.acting, "a user", text_of(rotated->secret)));
}

TEST(ApiKey, GracePeriodKeepsTheOldKeyThatLong) {
  World world;
  const Client client(world);
  const auto rotated = rotate_api_key(world.services, client.acting,
                                      {.grace_period = seconds(60), .revoke_tokens = false});
  ASSERT_TRUE(rotated);
  const auto works = [&](const claviger::ApiKey& key) {
    return key
        .reveal([&](std::string_view text) { return authenticate_client(world.services, text); })
        .has_value();
  };
  EXPECT_TRUE(works(client.created.api_key));
  EXPECT_TRUE(works(rotated->api_key));
  world.clock.advance(seconds(60));
  EXPECT_FALSE(works(client.created.api_key));
  EXPECT_TRUE(works(rotated->api_key));
}

TEST(ApiKey, AKeyThatEndedMeanwhileRotatesNothing) {
  World world;
  const Client client(world);
  const auto stale = client.acting;
  ASSERT_TRUE(rotate_api_key(world.services, client.acting, {}));
  const auto refused = rotate_api_key(world.services, stale, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::invalid_credential);
}

TEST(IssueToken, AKeyThatEndedMeanwhileIssuesNothing) {  // TOK-8
  World world;
  const Client client(world);
  const auto stale = client.acting;
  ASSERT_TRUE(rotate_api_key(world.services, client.acting, {}));
  EXPECT_FALSE(issue(world, stale, "a user", text_of(client.user.secret)));
}

TEST(IssueTokens, EachLoginHasItsOwnOutcome) {
  World world;
  const Client one(world), other(world);
  const auto secret = text_of(one.user.secret), others = text_of(other.user.secret);
  const auto stale = other.acting;
  ASSERT_TRUE(rotate_api_key(world.services, other.acting, {}));
  const std::vector<Login> logins = {
      {one.acting, {"a user", secret, std::nullopt, {}, {}}},
      {one.acting, {"a user", others, std::nullopt, {}, {}}},
      {one.acting, {"a user", secret, 59, {}, {}}},
      {one.acting, {"nobody", secret, std::nullopt, {}, {}}},
      {stale, {"a user", others, std::nullopt, {}, {}}},
      {one.acting, {"a user", secret, 60, "somebody", {}}},
  };
  const auto issued = issue_tokens(world.services, logins);
  ASSERT_EQ(issued.size(), logins.size());
  ASSERT_TRUE(issued[0]);
  EXPECT_EQ(word(world.check(*issued[0])), "accepted");
  EXPECT_EQ(issued[1].error().cause, "wrong secret");
  EXPECT_EQ(issued[2].error().code, Code::unacceptable_field);
  EXPECT_EQ(issued[3].error().cause, "unknown identifier");
  EXPECT_EQ(issued[4].error().cause, "rotated or deactivated meanwhile");
  ASSERT_TRUE(issued[5]);
  EXPECT_EQ(word(world.check(*issued[5])), "accepted");
  EXPECT_EQ(issued[5]->expires_in, 60);
  EXPECT_EQ(get_token(world.services, one.acting, issued[5]->id)->created_by_username, "somebody");
  EXPECT_NE(issued[0]->id, issued[5]->id);
}

TEST(IssueToken, KeepsOnlyThePreview) {  // SEC-3
  World world;
  const Client client(world);
  const auto issued = issue(world, client.acting, "a user", text_of(client.user.secret));
  ASSERT_TRUE(issued);
  const auto record = get_token(world.services, client.acting, issued->id);
  ASSERT_TRUE(record);
  const auto text = issued->text.reveal([](std::string_view t) { return std::string(t); });
  EXPECT_EQ(record->preview, text.substr(0, 3) + "****" + text.substr(text.size() - 3));
  EXPECT_EQ(record->state(world.clock.now()), TokenState::live);
}

TEST(Access, AnotherClientsObjectIsAMissingOne) {  // ACC-1
  World world;
  const Client one(world), other(world);
  const auto token = world.issue(one.acting, one.user);
  ASSERT_TRUE(token);
  const auto user = one.user.user.id;
  const auto missing = get_user(world.services, other.acting, UserId{{1}}).error();
  for (const auto& error : {get_user(world.services, other.acting, user).error(),
                            update_user(world.services, other.acting, user, {false, {}}).error(),
                            rotate_secret(world.services, other.acting, user, {}).error(),
                            revoke_user_tokens(world.services, other.acting, user).error()}) {
    EXPECT_EQ(error.code, missing.code);
    EXPECT_EQ(error.detail, missing.detail);
  }
  EXPECT_EQ(revoke_token(world.services, other.acting, token->id).error().code, Code::not_found);
  EXPECT_EQ(get_token(world.services, other.acting, token->id).error().code, Code::not_found);
  EXPECT_EQ(word(world.check(*token)), "accepted");
}

}  // namespace
}  // namespace claviger
