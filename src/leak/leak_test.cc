#include "leak/leak.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>

#include "base/limits.h"
#include "crypto/system_random.h"
#include "leak/stream.h"
#include "policy/credential.h"
#include "token/jws.h"

namespace claviger {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

template <class Tag>
std::string text_of(const Secret<Tag>& secret) {
  return secret.reveal([](std::string_view text) { return std::string(text); });
}

SystemRandom random_bytes;

std::string api_key(std::string_view environment = "production") {
  return text_of(make_api_key(*Environment::parse(environment), random_bytes));
}
std::string user_secret(std::string_view environment = "production") {
  return text_of(make_user_secret(*Environment::parse(environment), random_bytes));
}
std::string token(std::string_view payload = R"({"sub":"x"})") {
  const auto key = Key::hs256(*Environment::parse("production"), SigningSecret("a secret"));
  return sign_token(key, payload);
}

std::vector<std::string> texts_in(std::string_view text) {
  std::vector<std::string> texts;
  for (const auto& leak : find_leaks(text)) texts.push_back(text_of(leak.text));
  return texts;
}

TEST(Leak, EachKindIsFoundWhereverItStands) {
  for (const auto& one : {api_key(), user_secret(), token()}) {
    for (const auto& before :
         {std::string(), std::string("x"), std::string("key=\""), std::string("\0\xff\n", 3)})
      for (const std::string_view after : {"", " ", "\"", "x", "-", ".", "\n"}) {
        const auto leaks = find_leaks(before + one + std::string(after));
        ASSERT_EQ(leaks.size(), 1U) << before << "|" << after;
        EXPECT_EQ(leaks[0].offset, before.size());
        EXPECT_EQ(leaks[0].size, one.size());
        EXPECT_EQ(text_of(leaks[0].text), one);
        EXPECT_EQ(leaks[0].environment, "production");
      }
  }
}

TEST(Leak, ThePreviewIsThatOfTheRecords) {
  const auto key = api_key();
  const auto jwt = token();
  const auto leaks = find_leaks(key + " " + jwt);
  EXPECT_EQ(leaks[0].preview, "sk-client-..." + key.substr(key.size() - 8));
  EXPECT_EQ(leaks[1].preview, "eyJ****" + jwt.substr(jwt.size() - 3));
}

TEST(Leak, ManyComeInTheirOrder) {
  const auto a = user_secret(), b = api_key(), c = token(), d = user_secret();
  EXPECT_THAT(texts_in(a + b + c + d), ElementsAre(a, b, c, d));
}

TEST(Leak, EnvironmentsOfAnyName) {
  for (const std::string environment : {"p", "eu-west-1-blue", "a23456789-123456789-123456789-12"})
    EXPECT_EQ(find_leaks(user_secret(environment)).at(0).environment, environment);
}

TEST(Leak, AChangedBitOrAMissingEndIsNoKey) {  // SEC-1
  for (const auto& one : {api_key(), user_secret()}) {
    for (std::size_t bit = 0; bit < one.size() * 8; ++bit) {
      auto changed = one;
      changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
      EXPECT_THAT(texts_in(changed), IsEmpty()) << bit;
    }
    for (std::size_t size = 0; size < one.size(); ++size)
      EXPECT_THAT(texts_in(one.substr(0, size)), IsEmpty());
  }
}

TEST(Leak, TokensOfEachAlgorithm) {
  const auto environment = *Environment::parse("staging");
  for (const auto kind : {SignatureKey::Kind::p256, SignatureKey::Kind::ed25519}) {
    const auto key =
        Key::asymmetric(environment, *SignatureKey::from_pem(SignatureKey::generate_pem(kind)));
    const auto text = sign_token(key, R"({"sub":"x"})");
    EXPECT_THAT(texts_in("Bearer " + text + ","), ElementsAre(text));
  }
}

TEST(Leak, AChangedHeaderOrAMissingEndIsNoToken) {
  const auto jwt = token();
  for (std::size_t bit = 0; bit < jwt.find('.') * 8; ++bit) {
    auto changed = jwt;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    // Another environment's name, or another fingerprint, is as good a form.
    EXPECT_TRUE(texts_in(changed).empty() || changed.starts_with(jwt.substr(0, 50))) << bit;
  }
  for (std::size_t size = 0; size < jwt.size(); ++size)
    EXPECT_THAT(texts_in(jwt.substr(0, size)), IsEmpty());
}

TEST(Leak, TheLongestTokenAndNoLonger) {
  const auto rest = token("").size();
  const auto payload = (limits::token_bytes - rest) * 3 / 4;
  EXPECT_EQ(texts_in(token(std::string(payload, 'x'))).size(), 1U);
  EXPECT_THAT(texts_in(token(std::string(payload + 3, 'x'))), IsEmpty());
}

TEST(Leak, OnlyThoseThatBeginBefore) {
  const auto key = api_key();
  EXPECT_EQ(find_leaks("12" + key, 3).size(), 1U);
  EXPECT_EQ(find_leaks("12" + key, 2).size(), 0U);
}

void feed(LeakStream& stream, std::string_view text, std::size_t piece) {
  while (!text.empty()) {
    const auto room = stream.room();
    const auto size = std::min({room.size(), piece, text.size()});
    std::memcpy(room.data(), text.data(), size);
    stream.took(size);
    text.remove_prefix(size);
  }
}

TEST(LeakStream, WhereverTheSeamFalls) {
  constexpr std::size_t piece = (1U << 20U) - limits::token_bytes;
  LeakStream stream;
  const auto all = api_key() + "\n" + token(std::string(3000, 'p')) + " " + user_secret();
  for (const auto seam : {piece, 2 * piece, std::size_t{1} << 20U})
    for (std::size_t back = 0; back <= all.size() + 2; back += 211) {
      std::string text(seam - back, back % 2 == 0 ? '\n' : ' ');
      const auto lines = back % 2 == 0 ? text.size() : 0;
      text += all + std::string(seam / 2, 'x');
      feed(stream, text, back % 3 == 0 ? 4096 : 1U << 20U);
      const auto found = stream.finish();
      ASSERT_EQ(found.size(), 3U) << seam << " " << back;
      EXPECT_EQ(found[0].line, lines + 1);
      EXPECT_EQ(found[0].column, lines == 0 ? seam - back + 1 : 1);
      EXPECT_EQ(found[1].line, lines + 2);
      EXPECT_EQ(found[1].column, 1U);
      EXPECT_EQ(found[2].line, lines + 2);
      EXPECT_EQ(found[2].column, found[1].leak.size + 2);
    }
}

TEST(LeakStream, NothingOfOneTextIsInTheNext) {
  LeakStream stream;
  const auto key = api_key();
  feed(stream, "\n\n" + key.substr(0, 20), 4096);
  EXPECT_EQ(stream.finish().size(), 0U);
  feed(stream, key.substr(20), 4096);
  EXPECT_EQ(stream.finish().size(), 0U);
  feed(stream, key, 4096);
  const auto found = stream.finish();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].line, 1U);
}

}  // namespace
}  // namespace claviger
