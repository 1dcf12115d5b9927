#include "limit/siphash.h"

#include <gtest/gtest.h>

#include <array>

namespace claviger {
namespace {

// The vectors of the reference implementation: key 00..0f, the texts 00, 00 01, 00 01 02, …
TEST(SipHash, AgreesWithTheReferenceVectors) {
  const SipKey key{.low = 0x0706050403020100ULL, .high = 0x0f0e0d0c0b0a0908ULL};
  std::array<std::uint8_t, 64> text{};
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<std::uint8_t>(i);
  const auto hash = [&](std::size_t size) { return siphash(key, ByteView(text).first(size)); };
  EXPECT_EQ(hash(0), 0x726fdb47dd0e0e31ULL);
  EXPECT_EQ(hash(1), 0x74f839c593dc67fdULL);
  EXPECT_EQ(hash(7), 0xab0200f58b01d137ULL);
  EXPECT_EQ(hash(8), 0x93f5f5799a932462ULL);
  EXPECT_EQ(hash(15), 0xa129ca6149be45e5ULL);
  EXPECT_EQ(hash(63), 0x958a324ceb064572ULL);
}

}  // namespace
}  // namespace claviger
