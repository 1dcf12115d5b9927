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

TEST(Uuid, Version7HasTimeVersionAndVariant) {  // RFC 9562 §5.7
  Ones ones;
  const auto id = TokenId::make(from_unix_milliseconds(0x0123456789ab), ones);
  EXPECT_EQ(id.text(), "01234567-89ab-7fff-bfff-ffffffffffff");
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

TEST(Uuid, OrdersByTime) {
  Ones ones;
  EXPECT_LT(TokenId::make(from_unix_milliseconds(1), ones),
            TokenId::make(from_unix_milliseconds(2), ones));
}

}  // namespace
}  // namespace claviger
