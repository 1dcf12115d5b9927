#include "base/ids.h"

#include <gtest/gtest.h>

#include <concepts>

namespace claviger {
namespace {

// Ids of different kinds do not mix.
static_assert(!std::equality_comparable_with<UserId, TokenId>);
static_assert(!std::convertible_to<UserId, ClientId>);

class Ones final : public Random {
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = 0xff;
  }
};

TEST(Uuid, Version7HasTimeVersionCounterAndVariant) {  // RFC 9562 §5.7
  Ones ones;
  IdSource ids(ones);
  const auto now = from_unix_milliseconds(0x0123456789ab);
  EXPECT_EQ(ids.next<TokenId>(now).text(), "01234567-89ab-7000-bfff-ffffffffffff");
  EXPECT_EQ(ids.next<TokenId>(now).text(), "01234567-89ab-7001-bfff-ffffffffffff");
}

TEST(Uuid, ParsesItsTextInEitherCaseAndNothingElse) {
  const std::string text = "01234567-89ab-7fff-bfff-ffffffffffff";
  EXPECT_EQ(TokenId::parse(text)->text(), text);
  EXPECT_EQ(TokenId::parse("01234567-89AB-7FFF-BFFF-FFFFFFFFFFFF")->text(), text);
  for (const auto* bad :
       {"", "01234567-89ab-7fff-bfff-fffffffffff", "01234567-89ab-7fff-bfff-fffffffffffff",
        "0123456789ab-7fff-bfff-ffffffffffff-", "01234567_89ab_7fff_bfff_ffffffffffff",
        "g1234567-89ab-7fff-bfff-ffffffffffff", "{1234567-89ab-7fff-bfff-fffffffffff}"})
    EXPECT_FALSE(TokenId::parse(bad)) << bad;
}

TEST(Uuid, OrdersByCreationWithinAMillisecondAndWhenTheClockStepsBack) {
  Ones ones;
  IdSource ids(ones);
  auto last = ids.next<TokenId>(from_unix_milliseconds(1000));
  for (int i = 0; i < 10'000; ++i) {
    const auto next = ids.next<TokenId>(from_unix_milliseconds(i % 2 == 0 ? 1000 : 900));
    ASSERT_LT(last, next) << i;
    last = next;
  }
}

}  // namespace
}  // namespace claviger
