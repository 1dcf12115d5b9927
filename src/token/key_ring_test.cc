#include "token/key_ring.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "base/limits.h"
#include "crypto/system_random.h"
#include "token/jws.h"

namespace claviger {
namespace {

const Environment kEnvironment = *Environment::parse("staging");

Key make_key(int number) {
  return Key::hs256(kEnvironment,
                    SigningSecret("the secret of a key, number " + std::to_string(number)));
}

std::vector<Key> some_keys(int count) {
  std::vector<Key> keys;
  for (int i = 0; i < count; ++i) keys.push_back(make_key(i));
  return keys;
}

class KeyRingTest : public testing::Test {
 protected:
  bool accepts(const KeyRing& ring, const std::string& token) {
    const auto payload = check_signature(token, ring, buffer_);
    return payload && !ring.is_retired(payload->key());
  }
  static std::string token_of(const Key& key) { return sign_token(key, "{}"); }

  SystemRandom random_;
  SignedPayload::Buffer buffer_{};
};

TEST_F(KeyRingTest, WhatIsAddedChecksAndSignsWhenNamed) {
  KeyRing ring(some_keys(1), random_, KeyRing::Signer::named);
  const auto* const first = ring.signing();
  EXPECT_FALSE(accepts(ring, token_of(make_key(1))));
  EXPECT_EQ(ring.add(make_key(1)), KeyRing::Added::added);
  EXPECT_EQ(ring.add(make_key(1)), KeyRing::Added::known);
  EXPECT_TRUE(accepts(ring, token_of(make_key(1))));
  EXPECT_EQ(ring.signing(), first);
  ring.sign_with(make_key(1).kid());
  EXPECT_EQ(ring.signing()->kid(), make_key(1).kid());
  EXPECT_TRUE(accepts(ring, token_of(*first)));
  EXPECT_THAT(ring.kids(), testing::ElementsAre(make_key(1).kid(), first->kid()));
}

TEST_F(KeyRingTest, NothingSignsWhileTheNamedKeyIsMissing) {
  KeyRing ring(some_keys(1), random_, KeyRing::Signer::named);
  ring.sign_with(make_key(1).kid());
  EXPECT_EQ(ring.signing(), nullptr);
  EXPECT_EQ(ring.named(), make_key(1).kid());
  EXPECT_TRUE(accepts(ring, token_of(make_key(0))));
  ring.add(make_key(1));
  EXPECT_EQ(ring.signing()->kid(), make_key(1).kid());
}

TEST_F(KeyRingTest, WhereTheFirstSignsNamingHasNoEffect) {
  KeyRing ring(some_keys(2), random_);
  ring.sign_with(make_key(1).kid());
  EXPECT_EQ(ring.signing()->kid(), make_key(0).kid());
}

TEST_F(KeyRingTest, WhatWasRetiredBeforeItCameIsRetired) {  // TOK-7
  KeyRing ring(some_keys(1), random_);
  ring.retire(make_key(1).kid());
  EXPECT_EQ(ring.add(make_key(1)), KeyRing::Added::added);
  EXPECT_FALSE(accepts(ring, token_of(make_key(1))));
}

TEST_F(KeyRingTest, HasRoomForSoManyAndNoMore) {
  KeyRing ring({}, random_, KeyRing::Signer::named);
  EXPECT_EQ(ring.signing(), nullptr);
  const auto room = static_cast<int>(limits::ring_keys);
  for (int i = 0; i < room; ++i) EXPECT_EQ(ring.add(make_key(i)), KeyRing::Added::added);
  EXPECT_EQ(ring.add(make_key(room)), KeyRing::Added::no_room);
  EXPECT_TRUE(accepts(ring, token_of(make_key(room - 1))));
}

// For the sanitizer of threads: whoever checks and signs takes no lock.
TEST_F(KeyRingTest, CheckingAndSigningGoOnWhileKeysComeAndChange) {
  KeyRing ring(some_keys(1), random_, KeyRing::Signer::named);
  constexpr int kLast = 20;
  std::atomic<bool> is_over{false};
  std::atomic<int> wrong{0};
  const auto use = [&] {
    SignedPayload::Buffer buffer;
    while (!is_over) {
      const Key* const key = ring.signing();
      const auto payload = check_signature(sign_token(*key, "{}"), ring, buffer);
      if (!payload || ring.is_retired(payload->key()) || ring.kids().empty()) ++wrong;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back(use);
  for (int i = 1; i <= kLast; ++i) {
    ring.add(make_key(i));
    ring.sign_with(make_key(i).kid());
    ring.retire(make_key(i + 100).kid());
  }
  is_over = true;
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(ring.size(), kLast + 1U);
}

}  // namespace
}  // namespace claviger
