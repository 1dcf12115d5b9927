#include "fence/user_table.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>

namespace claviger {
namespace {

UserId id_of(std::uint32_t number) {
  UserId id;
  for (std::size_t i = 0; i < 4; ++i)
    id.bytes[12 + i] = static_cast<std::uint8_t>(number >> (8 * i));
  return id;
}

std::unique_ptr<LiveUser> user(std::uint32_t number) {
  return std::unique_ptr<LiveUser>(
      LiveUser::make(id_of(number), LiveClient::make(ClientId{}), "a user", "read write"));
}

TEST(LiveUser, KeepsItsTexts) {
  const auto client = LiveClient::make(ClientId{{1}});
  const std::string name(1020, 'n'), scopes(8255, 's');
  const std::unique_ptr<LiveUser> full(LiveUser::make(UserId{{2}}, client->hold(), name, scopes));
  const std::unique_ptr<LiveUser> empty(LiveUser::make(UserId{{3}}, client->hold(), "n", ""));
  EXPECT_EQ(full->username(), name);
  EXPECT_EQ(full->scopes(), scopes);
  EXPECT_EQ(empty->username(), "n");
  EXPECT_EQ(empty->scopes(), "");
  EXPECT_EQ(client->holders, 3U);
}

// Against a map, while users come and go at random: chains of all lengths, and their deletion.
TEST(UserTable, DoesAsAMapDoes) {
  UserTable table;
  std::map<std::uint32_t, std::unique_ptr<LiveUser>> expected;
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint32_t number = random() % 1'000;
    const auto known = expected.find(number);
    LiveUser* const wanted = known == expected.end() ? nullptr : known->second.get();
    ASSERT_EQ(table.find(id_of(number)), wanted);
    if (wanted == nullptr) {
      table.add(expected.emplace(number, user(number)).first->second.get());
    } else if (random() % 2 == 0) {
      ASSERT_EQ(table.take(id_of(number)), wanted);
      expected.erase(known);
    }
    ASSERT_EQ(table.size(), expected.size());
  }
  for (const auto& [number, each] : expected) ASSERT_EQ(table.find(id_of(number)), each.get());
  EXPECT_EQ(table.take_all().size(), expected.size());
  EXPECT_EQ(table.size(), 0U);
  EXPECT_EQ(table.find(id_of(1)), nullptr);
  EXPECT_EQ(table.take(id_of(1)), nullptr);
}

}  // namespace
}  // namespace claviger
