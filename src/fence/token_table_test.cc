#include "fence/token_table.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

namespace claviger {
namespace {

TokenId id_of(std::uint32_t n) {
  TokenId id;
  for (std::size_t i = 0; i < 4; ++i) id.bytes[8 + i] = static_cast<std::uint8_t>(n >> (8 * i));
  return id;
}
TokenEntry cell_of(std::uint32_t n, std::uint32_t expires_s = 1000, std::uint32_t used_min = 0) {
  return {.id = id_of(n), .user = nullptr, .expires_s = expires_s, .last_used_min = used_min};
}

TEST(TokenTable, FindsWhatWasPutThroughGrowthAndDeletion) {
  Reclaimer reclaimer;
  TokenTable table(reclaimer);
  table.set_capacity(100'000);
  std::set<std::uint32_t> present;
  std::uint32_t n = 1;
  for (int step = 0; step < 20'000; ++step) {
    n = n * 1'664'525 + 1'013'904'223;
    const auto key = n % 4096;
    if (n % 3 == 0) {
      table.erase(id_of(key));
      present.erase(key);
    } else {
      EXPECT_EQ(table.put(cell_of(key), 0).has_value(), present.contains(key));
      present.insert(key);
    }
  }
  EXPECT_EQ(table.size(), present.size());
  for (std::uint32_t key = 0; key < 4096; ++key)
    EXPECT_EQ(table.find(id_of(key)).has_value(), present.contains(key)) << key;
}

TEST(TokenTable, NeverHoldsMoreThanItsCapacity) {
  Reclaimer reclaimer;
  TokenTable table(reclaimer);
  table.set_capacity(100);
  std::size_t evicted = 0;
  for (std::uint32_t n = 0; n < 1000; ++n) evicted += table.put(cell_of(n), 0).has_value();
  EXPECT_EQ(table.size(), 100U);
  EXPECT_EQ(evicted, 900U);
  EXPECT_TRUE(table.find(id_of(999)));  // the newcomer always gets in
}

TEST(TokenTable, LetsExpiredOnesGoFirst) {
  Reclaimer reclaimer;
  TokenTable table(reclaimer);
  table.set_capacity(1);
  table.put(cell_of(1, 500), 0);
  const auto evicted = table.put(cell_of(2), 500);
  ASSERT_TRUE(evicted);
  EXPECT_EQ(evicted->id, id_of(1));
}

TEST(TokenTable, IsEmptyAfterClear) {
  Reclaimer reclaimer;
  TokenTable table(reclaimer);
  table.set_capacity(10);
  table.put(cell_of(1), 0);
  table.clear();
  EXPECT_FALSE(table.find(id_of(1)));
  EXPECT_EQ(table.size(), 0U);
  table.put(cell_of(1), 0);
  EXPECT_TRUE(table.find(id_of(1)));
}

// One writer puts and erases, readers read: an entry is read whole, or not at all.
TEST(TokenTable, IsReadWholeWhileItChanges) {
  Reclaimer reclaimer;
  TokenTable table(reclaimer);
  table.set_capacity(500);  // so that entries are evicted too
  std::atomic<bool> done{false};
  std::atomic<int> torn{0}, met{0};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 2; ++reader)
    readers.emplace_back([&] {
      for (std::uint32_t n = 0; !done; n = (n + 1) % 1000) {
        const auto reading = reclaimer.read();
        const auto read = table.read(id_of(n), reading);
        if (!read.entry) continue;
        ++met;
        if (read.entry->id != id_of(n) || read.entry->expires_s != 1000 + n) ++torn;
      }
    });
  for (std::uint32_t step = 0; step < 200'000 || met < 1000; ++step) {
    const auto n = (step * 7919) % 1000;
    if (step % 3 == 0)
      table.erase(id_of(n));
    else
      table.put(cell_of(n, 1000 + n), 0);
  }
  done = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(torn, 0);
  EXPECT_GT(met, 0);
}

}  // namespace
}  // namespace claviger
