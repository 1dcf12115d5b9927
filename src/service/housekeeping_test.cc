#include "service/housekeeping.h"

#include <atomic>
#include <thread>

#include "service/audit.h"
#include "service/world.h"

namespace claviger {
namespace {

using namespace std::chrono_literals;

struct Issued {
  explicit Issued(World& world)
      : client(world.make_client()), acting(world.acting(client)), user(world.make_user(acting)) {}
  CreatedClient client;
  ActingClient acting;
  CreatedUser user;
};

/// Whether `holds` comes true within a time that only a stuck machine needs.
template <class Condition>
bool comes_true(Condition holds) {
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

TEST(Housekeeping, ExpiredTokensGoByThemselvesAfterTheirRetention) {
  World world;
  const Issued issued(world);
  for (int i = 0; i < 1200; ++i) ASSERT_TRUE(world.issue(issued.acting, issued.user));  // 3 batches
  world.clock.advance(720h);
  const auto late = *world.issue(issued.acting, issued.user);
  world.clock.advance(24h + 1s);
  const Housekeeping housekeeping(world.services, {.retention = seconds(24h), .interval = 1ms});
  EXPECT_TRUE(comes_true([&] { return world.store->status()->tokens == 1; }));
  EXPECT_EQ(word(world.check(late)), "accepted");
}

TEST(Housekeeping, WhatIsRetainedStays) {
  World world;
  const Issued issued(world);
  const auto token = *world.issue(issued.acting, issued.user);
  world.clock.advance(720h + 24h);
  {
    const Housekeeping housekeeping(world.services, {.retention = seconds(24h), .interval = 1ms});
    // A round has passed once it has written down this use.
    world.usage.client_used(issued.client.client.id, world.clock.now());
    ASSERT_TRUE(comes_true([&] {
      const auto client = get_client(world.services, issued.acting);
      return client->last_used_at && *client->last_used_at > from_unix_seconds(1'800'000'000) + 1h;
    }));
  }
  EXPECT_EQ(get_token(world.services, issued.acting, token.id)->state(world.clock.now()),
            TokenState::expired);
}

TEST(Housekeeping, WritesLastUsesDownAtTheEnd) {
  World world;
  const Issued issued(world);
  const auto token = *world.issue(issued.acting, issued.user);
  world.clock.advance(5min);
  ASSERT_EQ(word(world.check(token)), "accepted");
  EXPECT_FALSE(get_token(world.services, issued.acting, token.id)->last_used_at);
  { const Housekeeping housekeeping(world.services, {.retention = seconds(24h), .interval = 1h}); }
  const auto now = std::chrono::floor<std::chrono::minutes>(world.clock.now());
  EXPECT_EQ(get_token(world.services, issued.acting, token.id)->last_used_at, now);
  EXPECT_TRUE(get_user(world.services, issued.acting, issued.user.user.id)->last_used_at);
  EXPECT_TRUE(get_client(world.services, issued.acting)->last_used_at);
}

TEST(Housekeeping, AuditRowsGoByThemselvesAndTheTrailStaysSound) {
  World world;
  const Issued issued(world);
  for (int i = 0; i < 1200; ++i) ASSERT_TRUE(world.issue(issued.acting, issued.user));
  world.clock.advance(2h);
  ASSERT_TRUE(world.issue(issued.acting, issued.user));
  const auto key = *SignatureKey::from_pem(SignatureKey::generate_pem(SignatureKey::Kind::ed25519));
  const auto public_key = *PublicKey::from_pem(key.public_pem());
  world.services.audit_key = &key;
  {
    const Housekeeping housekeeping(
        world.services, {.retention = seconds(24h), .interval = 1ms, .audit_retention = 1h});
    ASSERT_TRUE(
        comes_true([&] { return world.store->audit_state()->trail.begin.sequence == 1202; }));
  }
  const auto report = verify_audit_trail(world.services, {.key = &public_key});
  EXPECT_TRUE(report->is_sound());  // the seal included
  EXPECT_EQ(report->rows, 1);
}

TEST(Housekeeping, ACheckpointTellsOfWhatCameOnceItIsTaken) {
  World world;
  const Issued issued(world);
  std::atomic<int> tries{0};
  AuditCheckpoint last;
  {
    const Housekeeping housekeeping(world.services,
                                    {.retention = seconds(24h),
                                     .interval = 1ms,
                                     .publish = [&](const AuditCheckpoint& checkpoint) {
                                       last = checkpoint;
                                       return ++tries == 3;
                                     }});
    ASSERT_TRUE(comes_true([&] { return tries == 3; }));
  }
  EXPECT_EQ(tries, 3);  // there was nothing new at the end
  ASSERT_TRUE(world.issue(issued.acting, issued.user));
  {
    const Housekeeping housekeeping(world.services,
                                    {.retention = seconds(24h),
                                     .interval = 1h,
                                     .publish = [&](const AuditCheckpoint& checkpoint) {
                                       last = checkpoint;
                                       return true;
                                     }});
  }
  EXPECT_EQ(last.point, world.store->audit_state()->newest);
  const auto report = verify_audit_trail(world.services, {.checkpoints = {last}});
  EXPECT_TRUE(report->is_sound());
  EXPECT_EQ(report->compared, 1);
}

}  // namespace
}  // namespace claviger
