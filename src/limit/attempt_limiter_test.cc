#include "limit/attempt_limiter.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <random>
#include <thread>
#include <vector>

#include "base/limits.h"

namespace claviger {
namespace {

using std::chrono::seconds;
using Kind = AttemptLimiter::Kind;
using Time = AttemptLimiter::Time;

/// The same bytes in each run.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(unsigned seed = 1) : engine_(seed) {}
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(engine_());
  }

 private:
  std::mt19937 engine_;
};

struct Limiter {
  explicit Limiter(std::uint32_t attempts, unsigned seed = 1)
      : random(seed), limiter({.attempts_per_minute = attempts}, random) {}
  SeededRandom random;
  AttemptLimiter limiter;
};

std::size_t resident_bytes() {
  std::size_t pages = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// LIM-1
TEST(AttemptLimiter, BlocksAfterTheAttemptsOfAMinuteAndRefillsEvenly) {
  Limiter l(60);
  const auto key = l.limiter.key(Kind::address, bytes_of("a"));
  const Time now{5};
  for (int i = 0; i < 60; ++i) {
    EXPECT_FALSE(l.limiter.blocked(key, now)) << i;
    l.limiter.failed(key, now);
  }
  EXPECT_EQ(l.limiter.blocked(key, now), seconds{1});
  EXPECT_EQ(l.limiter.blocked(key, now + Time{999}), seconds{1});
  EXPECT_FALSE(l.limiter.blocked(key, now + seconds{1}));
  l.limiter.failed(key, now + seconds{1});
  EXPECT_EQ(l.limiter.blocked(key, now + seconds{1}), seconds{1});
  EXPECT_FALSE(l.limiter.blocked(key, now + seconds{2}));
}

TEST(AttemptLimiter, TellsWhenToTryAgain) {
  Limiter l(2);
  const auto key = l.limiter.key(Kind::name, bytes_of("a"));
  l.limiter.failed(key, Time{0});
  l.limiter.failed(key, Time{0});
  EXPECT_EQ(l.limiter.blocked(key, Time{0}), seconds{30});
  EXPECT_EQ(l.limiter.blocked(key, seconds{29}), seconds{1});
  EXPECT_FALSE(l.limiter.blocked(key, seconds{30}));
}

TEST(AttemptLimiter, OneAttemptAMinuteWorks) {
  Limiter l(1);
  const auto key = l.limiter.key(Kind::name, bytes_of("a"));
  EXPECT_FALSE(l.limiter.blocked(key, Time{0}));
  l.limiter.failed(key, Time{0});
  EXPECT_EQ(l.limiter.blocked(key, Time{0}), seconds{60});
  EXPECT_FALSE(l.limiter.blocked(key, seconds{60}));
}

// Attempts that go on while blocked must not put off the end of the block for ever.
TEST(AttemptLimiter, ABucketOwesAtMostAMinute) {
  Limiter l(60);
  const auto key = l.limiter.key(Kind::address, bytes_of("a"));
  for (int i = 0; i < 10'000; ++i) l.limiter.failed(key, Time{0});
  EXPECT_EQ(l.limiter.blocked(key, Time{0}), seconds{1});
  for (int i = 0; i < 60; ++i) {
    EXPECT_FALSE(l.limiter.blocked(key, seconds{60})) << i;
    l.limiter.failed(key, seconds{60});
  }
  EXPECT_TRUE(l.limiter.blocked(key, seconds{60}));
}

TEST(AttemptLimiter, KeysDoNotTouchEachOther) {
  Limiter l(1);
  const auto address = l.limiter.key(Kind::address, bytes_of("a"));
  l.limiter.failed(address, Time{0});
  EXPECT_TRUE(l.limiter.blocked(address, Time{0}));
  EXPECT_FALSE(l.limiter.blocked(l.limiter.key(Kind::name, bytes_of("a")), Time{0}));
  EXPECT_FALSE(l.limiter.blocked(l.limiter.key(Kind::address, bytes_of("b")), Time{0}));
}

TEST(AttemptLimiter, KeysDependOnTheSeed) {
  EXPECT_NE(Limiter(1, 1).limiter.key(Kind::name, bytes_of("a")),
            Limiter(1, 2).limiter.key(Kind::name, bytes_of("a")));
}

TEST(AttemptLimiter, ZeroIsNoLimit) {
  Limiter l(0);
  const auto key = l.limiter.key(Kind::address, bytes_of("a"));
  for (int i = 0; i < 1'000; ++i) l.limiter.failed(key, Time{0});
  EXPECT_FALSE(l.limiter.blocked(key, Time{0}));
}

// What a flood can do: keys that fail a few times, however many, push out each other and no key
// that is blocked.
TEST(AttemptLimiter, AFloodOfKeysDoesNotFreeABlockedOne) {
  Limiter l(60);
  std::vector<std::uint64_t> blocked;
  for (int i = 0; i < 100; ++i) {
    const auto name = std::to_string(i);
    blocked.push_back(l.limiter.key(Kind::name, bytes_of(name)));
    for (int attempt = 0; attempt < 60; ++attempt) l.limiter.failed(blocked.back(), Time{0});
  }
  constexpr std::size_t flood = 2 * limits::attempt_slots;
  std::array<std::uint8_t, 8> address{};
  for (std::size_t i = 0; i < flood; ++i) {
    for (std::size_t b = 0; b < 4; ++b) address[b] = static_cast<std::uint8_t>(i >> (8 * b));
    l.limiter.failed(l.limiter.key(Kind::address, address), Time{0});
  }
  for (const auto key : blocked) EXPECT_TRUE(l.limiter.blocked(key, Time{0}));
}

#if defined(__SANITIZE_THREAD__)
constexpr bool memory_is_shadowed = true;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
constexpr bool memory_is_shadowed = true;
#else
constexpr bool memory_is_shadowed = false;
#endif
#else
constexpr bool memory_is_shadowed = false;
#endif

// LIM-3: a table that nobody has filled costs next to nothing, a full one less than 32 MiB.
TEST(AttemptLimiter, MemoryIsBounded) {
  if (memory_is_shadowed) GTEST_SKIP() << "the sanitizer keeps notes beside each byte";
  const auto before = resident_bytes();
  Limiter l(60);
  EXPECT_LT(resident_bytes() - before, 1 * MiB);
  for (std::uint64_t i = 0; i < 2 * limits::attempt_slots; ++i)
    l.limiter.failed(l.limiter.key(Kind::address, bytes_of(std::to_string(i))), Time{0});
  EXPECT_LT(resident_bytes() - before, 32 * MiB);
}

TEST(AttemptLimiter, CountsTheAttemptsOfAllThreads) {
  constexpr int threads = 4;
  constexpr int each = 250;
  Limiter l(threads * each);
  const auto key = l.limiter.key(Kind::address, bytes_of("a"));
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t)
    workers.emplace_back([&] {
      for (int i = 0; i < each; ++i) {
        EXPECT_FALSE(l.limiter.blocked(key, Time{0}));
        l.limiter.failed(key, Time{0});
      }
    });
  for (auto& worker : workers) worker.join();
  EXPECT_TRUE(l.limiter.blocked(key, Time{0}));
}

}  // namespace
}  // namespace claviger
