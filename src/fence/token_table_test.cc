#include "fence/token_table.h"

#include <gtest/gtest.h>

#include <set>

namespace claviger {
namespace {

TokenId id_of(std::uint32_t n) {
  TokenId id;
  for (std::size_t i = 0; i < 4; ++i) id.bytes[8 + i] = static_cast<std::uint8_t>(n >> (8 * i));
  return id;
}
TokenCell cell_of(std::uint32_t n, std::uint32_t expires_s = 1000, std::uint32_t used_min = 0) {
  return {.id = id_of(n), .user = nullptr, .expires_s = expires_s, .last_used_min = used_min};
}

TEST(TokenTable, FindsWhatWasPutThroughGrowthAndDeletion) {
  TokenTable table;
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
      EXPECT_FALSE(table.put(cell_of(key), 0));
      present.insert(key);
    }
  }
  EXPECT_EQ(table.size(), present.size());
  for (std::uint32_t key = 0; key < 4096; ++key)
    EXPECT_EQ(table.find(id_of(key)) != nullptr, present.contains(key)) << key;
}

TEST(TokenTable, NeverHoldsMoreThanItsCapacity) {
  TokenTable table;
  table.set_capacity(100);
  std::size_t evicted = 0;
  for (std::uint32_t n = 0; n < 1000; ++n) evicted += table.put(cell_of(n), 0).has_value();
  EXPECT_EQ(table.size(), 100U);
  EXPECT_EQ(evicted, 900U);
  EXPECT_NE(table.find(id_of(999)), nullptr);  // the newcomer always gets in
}

TEST(TokenTable, LetsExpiredOnesGoFirst) {
  TokenTable table;
  table.set_capacity(1);
  table.put(cell_of(1, 500), 0);
  const auto evicted = table.put(cell_of(2), 500);
  ASSERT_TRUE(evicted);
  EXPECT_EQ(evicted->id, id_of(1));
}

TEST(TokenTable, IsEmptyAfterClear) {
  TokenTable table;
  table.set_capacity(10);
  table.put(cell_of(1), 0);
  table.clear();
  EXPECT_EQ(table.find(id_of(1)), nullptr);
  EXPECT_EQ(table.size(), 0U);
  table.put(cell_of(1), 0);
  EXPECT_NE(table.find(id_of(1)), nullptr);
}

}  // namespace
}  // namespace claviger
