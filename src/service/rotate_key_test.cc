// How the signing key is changed, in one process and in two that share a file.
#include <gmock/gmock.h>

#include <functional>
#include <span>
#include <utility>

#include "base/limits.h"
#include "service/audit.h"
#include "service/keys.h"
#include "service/world.h"
#include "token/key_file.h"

namespace claviger {
namespace {

using std::chrono::seconds;

/// A world that goes by the database as to which key signs, and has started.
struct Rotating : World {
  explicit Rotating(const std::string& path = ":memory:")
      : World(path, 10'000, KeyRing::Signer::named) {
    EXPECT_TRUE(note_keys(services, Origin::system()));
  }
  /// A key that comes into the folder, and what else has it.
  std::string load(KeyAlgorithm algorithm, const std::vector<World*>& others = {}) {
    const auto made = generate_key(policy.environment, algorithm, random);
    for (auto* const world : others) EXPECT_TRUE(world->keys.add(again(made)) == added);
    EXPECT_TRUE(keys.add(again(made)) == added);
    return made.key.kid();
  }
  /// What a server does once it has loaded one.
  void note() { EXPECT_TRUE(note_keys(services, Origin::system())); }
  Result<RotatedKey> rotate(const std::string& kid = {}, bool now = false) {
    return rotate_key(services, {.kid = kid, .now = now}, Origin::command_line());
  }

 private:
  static constexpr auto added = KeyRing::Added::added;
  Key again(const GeneratedKey& made) const {
    return *made.text.reveal([&](std::string_view text) {
      return key_of_file(policy.environment, made.file_name, text);
    });
  }
};

TEST(RotateKey, WaitsUntilAServerHasTheKeyAndCallersKnowIt) {
  Rotating world;
  const auto first = world.keys.signing()->kid();
  EXPECT_EQ(world.rotate().error().code, Code::not_found);  // nothing is newer
  world.clock.advance(seconds{1});
  const auto kid = world.load(KeyAlgorithm::es256);
  EXPECT_EQ(world.rotate().error().code, Code::conflict);
  EXPECT_EQ(world.rotate("test.unknown").error().code, Code::not_found);
  world.note();
  world.clock.advance(limits::key_publication - seconds{1});
  EXPECT_THAT(world.rotate().error().detail, testing::HasSubstr("wait 1 seconds more"));
  EXPECT_EQ(world.keys.signing()->kid(), first);
  world.clock.advance(seconds{1});
  const auto rotated = world.rotate();
  ASSERT_TRUE(rotated);
  EXPECT_EQ(rotated->key.kid, kid);
  EXPECT_EQ(rotated->before, first);
  EXPECT_EQ(world.keys.signing()->kid(), kid);
}

TEST(RotateKey, ASharedSecretWaitsForNoCaller) {
  Rotating world;
  world.clock.advance(seconds{1});
  const auto kid = world.load(KeyAlgorithm::hs256);
  world.note();
  EXPECT_THAT(world.rotate().error().detail, testing::HasSubstr("Not every server"));
  world.clock.advance(limits::key_loading);
  EXPECT_TRUE(world.rotate());
  EXPECT_EQ(world.keys.signing()->kid(), kid);
}

TEST(RotateKey, AnotherProcessSignsWithItFromTheAnswerOn) {  // TOK-7
  const DatabaseFile file;
  Rotating one(file.path()), other(file.path());
  const auto acting = one.acting(one.make_client());
  const auto user = one.make_user(acting);
  const auto old = *one.issue(acting, user);
  const auto first = one.keys.signing()->kid();
  const auto kid = one.load(KeyAlgorithm::eddsa, {&other});
  ASSERT_TRUE(one.rotate(kid, /*now=*/true));
  EXPECT_EQ(other.keys.signing()->kid(), first);  // nobody has asked it anything yet
  EXPECT_TRUE(other.issue(acting, user));
  EXPECT_EQ(other.keys.signing()->kid(), kid);
  EXPECT_EQ(word(other.check(old)), "accepted");
  ASSERT_TRUE(retire_key(one.services, first, Origin::command_line()));
  EXPECT_EQ(word(other.check(old)), "revoked");
}

/// Random bytes, and something that happens when they are asked for the first time: of an issue,
/// that is when it has its key and is about to sign.
class Meanwhile final : public Random {
 public:
  explicit Meanwhile(std::function<void()> happens) : happens_(std::move(happens)) {}
  void fill(std::span<std::uint8_t> out) override {
    if (happens_) std::exchange(happens_, {})();
    random_.fill(out);
  }

 private:
  std::function<void()> happens_;
  SystemRandom random_;
};

TEST(RotateKey, AnIssueThatIsOvertakenByARetirementIsNoSuccess) {  // TOK-7
  const DatabaseFile file;
  Rotating one(file.path()), other(file.path());
  const auto acting = one.acting(one.make_client());
  const auto user = one.make_user(acting);
  const auto first = one.keys.signing()->kid();
  const auto kid = one.load(KeyAlgorithm::hs256, {&other});
  Meanwhile meanwhile([&] {
    ASSERT_TRUE(other.rotate(kid, /*now=*/true));
    ASSERT_TRUE(retire_key(other.services, first, Origin::command_line()));
  });
  IdSource ids(meanwhile);
  Services services{*one.store, one.view,  one.fence,  one.usage, one.keys,
                    one.policy, one.clock, one.random, ids};
  const auto issue = [&] {
    return user.secret.reveal([&](std::string_view secret) {
      return issue_token(services, acting,
                         {.identifier = user.user.identifier,
                          .secret = secret,
                          .expires_in = std::nullopt,
                          .created_by_username = {}});
    });
  };
  EXPECT_EQ(issue().error().code, Code::signing_key_retired);
  const auto again = issue();
  ASSERT_TRUE(again);
  EXPECT_EQ(word(one.check(*again)), "accepted");
}

TEST(RotateKey, WhoLacksTheKeyIssuesNothing) {
  const DatabaseFile file;
  Rotating one(file.path()), other(file.path());
  const auto acting = one.acting(one.make_client());
  const auto user = one.make_user(acting);
  const auto old = *one.issue(acting, user);
  ASSERT_TRUE(one.rotate(one.load(KeyAlgorithm::eddsa), /*now=*/true));
  EXPECT_EQ(other.issue(acting, user).error().code, Code::signing_key_missing);
  EXPECT_EQ(word(other.check(old)), "accepted");
}

TEST(RotateKey, ARetiredKeySignsNeverAgain) {  // TOK-7
  Rotating world;
  const auto first = world.keys.signing()->kid();
  ASSERT_TRUE(world.rotate(world.load(KeyAlgorithm::eddsa), /*now=*/true));
  ASSERT_TRUE(retire_key(world.services, first, Origin::command_line()));
  EXPECT_EQ(world.rotate(first, /*now=*/true).error().code, Code::conflict);
}

}  // namespace
}  // namespace claviger
