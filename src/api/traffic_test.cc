#include "api/traffic.h"

#include <gtest/gtest.h>

#include <thread>

namespace claviger::api {
namespace {

using Kind = Traffic::Kind;
using Numbers = std::vector<std::int64_t>;

constexpr Instant begin{std::chrono::hours(500'000)};
constexpr Instant at(int minute, int second = 0) {
  return begin + std::chrono::minutes(minute) + std::chrono::seconds(second);
}

TEST(Traffic, CountsEachKindInItsMinute) {
  Traffic traffic;
  traffic.sample(at(0));
  traffic.count(Kind::issued);
  traffic.count(Kind::accepted);
  traffic.count(Kind::accepted);
  traffic.sample(at(0, 50));
  traffic.count(Kind::accepted);
  traffic.sample(at(3, 10));
  traffic.count(Kind::revoked);
  const auto series = traffic.series(at(3, 40));
  EXPECT_EQ(series.from, begin);
  EXPECT_EQ(series.of(Kind::issued), (Numbers{1, 0, 0, 0}));
  EXPECT_EQ(series.of(Kind::accepted), (Numbers{2, 0, 0, 1}));
  EXPECT_EQ(series.of(Kind::revoked), (Numbers{0, 0, 0, 1}));
  EXPECT_EQ(series.of(Kind::malformed), (Numbers{0, 0, 0, 0}));
}

TEST(Traffic, KeepsADay) {
  Traffic traffic;
  for (int minute = 0; minute < 3'000; ++minute) {
    traffic.count(Kind::unknown);
    traffic.sample(at(minute));
  }
  const auto series = traffic.series(at(2'999, 59));
  EXPECT_EQ(series.of(Kind::unknown), Numbers(Traffic::minutes_max, 1));
  EXPECT_EQ(series.from, at(3'000 - static_cast<int>(Traffic::minutes_max)));
}

TEST(Traffic, OutlivesAClockThatLeaps) {
  Traffic traffic;
  traffic.sample(at(10));
  traffic.count(Kind::expired);
  EXPECT_EQ(traffic.series(at(5)).of(Kind::expired), Numbers{1});
  const auto later = traffic.series(begin + std::chrono::hours(100'000));
  EXPECT_EQ(later.of(Kind::expired), Numbers{0});
  const auto earlier = traffic.series(at(0));
  EXPECT_EQ(earlier.of(Kind::expired), Numbers{0});
  EXPECT_EQ(earlier.from, begin);
}

TEST(Traffic, LosesNothingToOtherThreads) {
  Traffic traffic;
  constexpr int each = 10'000;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < each; ++k) traffic.count(Kind::accepted);
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(traffic.series(at(0)).of(Kind::accepted), Numbers{4 * each});
}

}  // namespace
}  // namespace claviger::api
