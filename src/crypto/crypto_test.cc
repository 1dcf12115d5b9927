#include <gtest/gtest.h>

#include <string>

#include "crypto/constant_time.h"
#include "crypto/hash.h"
#include "crypto/hmac_sha256.h"
#include "crypto/keyed_digest.h"
#include "crypto/system_random.h"

namespace claviger {
namespace {

TEST(Sha256, KnownAnswers) {  // FIPS 180-4 examples
  EXPECT_EQ(hex(sha256(bytes_of("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(HmacSha256, KnownAnswers) {  // RFC 4231 §4.3, §4.7 (a key longer than a block)
  EXPECT_EQ(hex(HmacSha256(bytes_of("Jefe")).mac(bytes_of("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  const std::string key(131, '\xaa');
  EXPECT_EQ(hex(HmacSha256(bytes_of(key))
                    .mac(bytes_of("Test Using Larger Than Block-Size Key - Hash Key First"))),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HmacSha256, OneKeyServesManyMessages) {
  const HmacSha256 key(bytes_of("Jefe"));
  const auto first = key.mac(bytes_of("one"));
  key.mac(bytes_of("two"));
  EXPECT_EQ(key.mac(bytes_of("one")), first);
}

TEST(EqualConstantTime, ComparesWholeStrings) {
  EXPECT_TRUE(equal_constant_time(bytes_of("same"), bytes_of("same")));
  EXPECT_FALSE(equal_constant_time(bytes_of("same"), bytes_of("sama")));
  EXPECT_FALSE(equal_constant_time(bytes_of("same"), bytes_of("sam")));
}

class Counting final : public Random {
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = next_++;
  }
  std::uint8_t next_ = 3;
};

/// The word of a little-endian text at `at`, zeros behind its end.
std::uint64_t word_at(std::string_view text, std::size_t at) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < 8 && at + i < text.size(); ++i)
    word |= std::uint64_t{static_cast<std::uint8_t>(text[at + i])} << (8 * i);
  return word;
}

/// NH as the paper writes it, with the key that Counting makes. The products are taken by halves.
KeyedDigest::Value nh(std::string_view text) {
  std::string key;
  for (int i = 0; i < 1040; ++i) key += static_cast<char>(i + 3);
  KeyedDigest::Value sums{};
  const auto add = [&](std::size_t at, std::uint64_t high, std::uint64_t low) {
    sums[at] += low;
    sums[at + 1] += high + (sums[at] < low ? 1 : 0);
  };
  for (std::size_t pass = 0; pass < 2; ++pass)
    for (std::size_t i = 0; i < text.size(); i += 16) {
      const std::uint64_t a = word_at(text, i) + word_at(key, i + 16 * pass);
      const std::uint64_t b = word_at(text, i + 8) + word_at(key, i + 8 + 16 * pass);
      const std::uint64_t a0 = a & 0xffffffff, a1 = a >> 32, b0 = b & 0xffffffff, b1 = b >> 32;
      add(2 * pass, a1 * b1, a0 * b0);
      for (const auto middle : {a0 * b1, a1 * b0}) add(2 * pass, middle >> 32, middle << 32);
    }
  return sums;
}

TEST(KeyedDigest, IsNhOfUmac) {
  Counting counting;
  const KeyedDigest digest(counting);
  std::string text;
  for (std::size_t size = 0; size <= KeyedDigest::text_max; ++size) {
    ASSERT_EQ(digest.of(text), nh(text)) << size;
    text += static_cast<char>(size * 101);
  }
}

TEST(KeyedDigest, DependsOnEveryBitAndOnTheKey) {
  SystemRandom random;
  const KeyedDigest digest(random);
  const KeyedDigest other(random);
  const std::string text(101, 'x');
  EXPECT_EQ(digest.of(text), digest.of(text));
  EXPECT_NE(digest.of(text), other.of(text));
  for (std::size_t i = 0; i < text.size() * 8; ++i) {
    auto changed = text;
    changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << i % 8));
    const auto changed_digest = digest.of(changed);
    for (std::size_t pass = 0; pass < 2; ++pass)
      EXPECT_FALSE(changed_digest[2 * pass] == digest.of(text)[2 * pass] &&
                   changed_digest[2 * pass + 1] == digest.of(text)[2 * pass + 1])
          << i;
  }
}

TEST(SystemRandom, DoesNotRepeat) {
  SystemRandom random;
  std::array<std::uint8_t, 32> a{}, b{};
  random.fill(a);
  random.fill(b);
  EXPECT_NE(a, b);
}

}  // namespace
}  // namespace claviger
