#include "token/known_tokens.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "crypto/system_random.h"
#include "token/jws.h"
#include "token/signed_claims.h"

namespace claviger {
namespace {

const Environment kEnvironment = *Environment::parse("staging");
constexpr std::string_view kIssuer = "urn:claviger:staging";
const Instant kNow = from_unix_seconds(1'800'000'000);

Key hs256() {
  return Key::hs256(kEnvironment, SigningSecret("the secret of this environment, 32+"));
}
Key asymmetric(SignatureKey::Kind kind) {
  return Key::asymmetric(kEnvironment, *SignatureKey::from_pem(SignatureKey::generate_pem(kind)));
}

std::string payload(std::uint8_t number, std::string_view issuer = kIssuer) {
  return write_claims({.token_id = {{number}},
                       .user_id = {{2}},
                       .client_id = {{3}},
                       .issued_at = kNow,
                       .expires_at = kNow + seconds(3600),
                       .issuer = issuer,
                       .scopes = "read:all"});
}

Claims claims_of(std::uint8_t number) {
  Claims claims;
  claims.token_id = {{number}};
  claims.for_this_issuer = claims.for_this_audience = true;
  return claims;
}

class KnownTokensOfEachKind : public testing::TestWithParam<std::string_view> {
 protected:
  KeyRing new_ring() {
    std::vector<Key> all;
    if (GetParam() == "HS256") all.push_back(hs256());
    if (GetParam() == "ES256") all.push_back(asymmetric(SignatureKey::Kind::p256));
    if (GetParam() == "EdDSA") all.push_back(asymmetric(SignatureKey::Kind::ed25519));
    return KeyRing(std::move(all), random);
  }
  bool accepts(std::string_view token) const {
    return signed_claims(token, keys, kIssuer).has_value();
  }
  SystemRandom random;
  KeyRing keys = new_ring();
};
INSTANTIATE_TEST_SUITE_P(Algorithms, KnownTokensOfEachKind,
                         testing::Values("HS256", "ES256", "EdDSA"),
                         [](const auto& kind) { return std::string(kind.param); });

TEST_P(KnownTokensOfEachKind, AKnownTokenSaysTheSameAsANewOne) {
  const auto token = sign_token(*keys.signing(), payload(1));
  EXPECT_FALSE(keys.known_tokens().find(token));
  const auto first = signed_claims(token, keys, kIssuer);
  ASSERT_TRUE(first);
  ASSERT_TRUE(keys.known_tokens().find(token));
  const auto again = signed_claims(token, keys, kIssuer);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->token_id, first->token_id);
  EXPECT_EQ(again->user_id, first->user_id);
  EXPECT_EQ(again->client_id, first->client_id);
  EXPECT_EQ(again->issued_at, first->issued_at);
  EXPECT_EQ(again->expires_at, first->expires_at);
  EXPECT_TRUE(again->for_this_issuer);
  EXPECT_TRUE(again->for_this_audience);
}

TEST_P(KnownTokensOfEachKind, NoForgedVariantIsKnown) {  // TOK-1
  const auto good = sign_token(*keys.signing(), payload(1));
  ASSERT_TRUE(accepts(good));
  for (std::size_t i = 0; i < good.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      auto changed = good;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      ASSERT_FALSE(keys.known_tokens().find(changed)) << i << " " << bit;
    }
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto changed = good;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(accepts(changed)) << i;
    EXPECT_FALSE(accepts(changed)) << "a refusal is not remembered as good: " << i;
    EXPECT_FALSE(accepts(good.substr(0, i))) << i;
    EXPECT_FALSE(accepts(good.substr(i + 1))) << i;
  }
  for (const auto* more : {"A", "=", " ", "."}) {
    EXPECT_FALSE(accepts(good + more));
    EXPECT_FALSE(accepts(more + good));
  }
  EXPECT_FALSE(accepts(good + std::string(1, '\0')));  // what a digest's padding looks like
  EXPECT_TRUE(accepts(good));
}

TEST_P(KnownTokensOfEachKind, PartsOfTwoKnownTokensAreNoToken) {
  const auto a = sign_token(*keys.signing(), payload(1));
  const auto b = sign_token(*keys.signing(), payload(2));
  ASSERT_TRUE(accepts(a));
  ASSERT_TRUE(accepts(b));
  EXPECT_FALSE(accepts(a.substr(0, a.rfind('.')) + b.substr(b.rfind('.'))));
}

TEST_P(KnownTokensOfEachKind, AnotherRingKnowsNothingOfIt) {
  const auto token = sign_token(*keys.signing(), payload(1));
  ASSERT_TRUE(accepts(token));
  const KeyRing others = new_ring();
  EXPECT_FALSE(others.known_tokens().find(token));
}

TEST(KnownTokens, UnusualOnesAreCheckedEachTime) {
  SystemRandom random;
  std::vector<Key> all;
  all.push_back(hs256());
  const KeyRing keys(std::move(all), random);
  const auto is_kept = [&](const std::string& json) {
    const auto token = sign_token(*keys.signing(), json);
    EXPECT_TRUE(signed_claims(token, keys, kIssuer)) << json;
    return keys.known_tokens().find(token).has_value();
  };
  const auto usual = payload(1);
  const auto with = [&](std::string_view more) {
    return usual.substr(0, usual.size() - 1) + std::string(more) + "}";
  };
  EXPECT_TRUE(is_kept(usual));
  EXPECT_TRUE(is_kept(with(R"(,"other":1)")));
  EXPECT_FALSE(is_kept(with(R"(,"nbf":1)")));
  EXPECT_TRUE(is_kept(with(R"(,"narrowed":false)")));
  EXPECT_FALSE(is_kept(with(R"(,"narrowed":true)")));
  EXPECT_FALSE(is_kept(with(R"(,"other":")" + std::string(1000, 'x') + '"')));
  EXPECT_FALSE(is_kept(payload(1, "urn:claviger:production")));
}

TEST(KnownTokens, NothingIsNoToken) {  // an empty entry's digest is that of an empty text
  SystemRandom random;
  KnownTokens known(1, random);
  EXPECT_FALSE(known.find(""));
  known.remember("", claims_of(1));
  EXPECT_FALSE(known.find(""));
  EXPECT_FALSE(known.find(std::string(16, '\0')));
}

TEST(KnownTokens, OneOfASetGoesForANewOneAndNoneIsMistakenForAnother) {
  SystemRandom random;
  KnownTokens known(1, random);
  const auto token = [](std::uint8_t n) { return "a token, its number is " + std::to_string(n); };
  for (std::uint8_t n = 0; n < 100; ++n) {
    EXPECT_FALSE(known.find(token(n)));
    known.remember(token(n), claims_of(n));
    ASSERT_TRUE(known.find(token(n)));
    EXPECT_EQ(known.find(token(n))->token_id, TokenId{{n}});
  }
  int count = 0;
  for (std::uint8_t n = 0; n < 100; ++n) count += known.find(token(n)) ? 1 : 0;
  EXPECT_EQ(count, 4);
}

TEST(KnownTokens, ReadersSeeWholeEntriesWhileWritersReplaceThem) {
  SystemRandom random;
  KnownTokens known(1, random);
  const auto token = [](int n) { return "a token, its number is " + std::to_string(n); };
  std::atomic<int> mistakes{0};
  std::atomic<int> found{0};
  std::atomic<bool> is_over{false};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 2; ++reader)
    readers.emplace_back([&] {
      while (!is_over)
        for (int n = 0; n < 8; ++n) {
          const auto claims = known.find(token(n));
          if (!claims) continue;
          ++found;
          if (claims->token_id != TokenId{{static_cast<std::uint8_t>(n)}}) ++mistakes;
        }
    });
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 2; ++writer)
    writers.emplace_back([&] {
      for (int i = 0; i < 20'000; ++i)
        known.remember(token(i % 8), claims_of(static_cast<std::uint8_t>(i % 8)));
    });
  for (auto& writer : writers) writer.join();
  while (found == 0) std::this_thread::yield();
  is_over = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(mistakes, 0);
}

}  // namespace
}  // namespace claviger
