#include <gtest/gtest.h>

#include <string>

#include "crypto/constant_time.h"
#include "crypto/hash.h"
#include "crypto/hmac_sha256.h"
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

TEST(SystemRandom, DoesNotRepeat) {
  SystemRandom random;
  std::array<std::uint8_t, 32> a{}, b{};
  random.fill(a);
  random.fill(b);
  EXPECT_NE(a, b);
}

}  // namespace
}  // namespace claviger
