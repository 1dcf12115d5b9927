#include <gtest/gtest.h>

#include <regex>

#include "crypto/system_random.h"
#include "policy/credential.h"
#include "policy/lifetime.h"
#include "policy/master.h"
#include "policy/names.h"
#include "policy/scopes.h"

namespace claviger {
namespace {

const Environment kStaging = *Environment::parse("staging-eu");

Policy test_policy() {
  return Policy{.environment = kStaging,
                .issuer = issuer_of(kStaging),
                .token_lifetime = std::chrono::hours(720),
                .token_lifetime_max = std::chrono::hours(8760),
                .master = digest_master(MasterUsername("root"), MasterPassword("correct horse"))};
}

template <class SecretType>
std::string text_of(const SecretType& secret) {
  return secret.reveal([](std::string_view text) { return std::string(text); });
}

TEST(Credential, HasTheDocumentedForm) {  // SEC-1
  SystemRandom random;
  const std::regex form("sk-(client|user)-[a-z][a-z0-9-]{0,31}-[0-9A-Za-z]{49}");
  const auto key = text_of(make_api_key(kStaging, random));
  EXPECT_TRUE(std::regex_match(key, form)) << key;
  EXPECT_TRUE(key.starts_with("sk-client-staging-eu-"));
  EXPECT_TRUE(text_of(make_user_secret(kStaging, random)).starts_with("sk-user-staging-eu-"));
}

class Fixed final : public Random {
 public:
  explicit Fixed(std::uint8_t byte) : byte_(byte) {}
  void fill(std::span<std::uint8_t> out) override { std::ranges::fill(out, byte_); }

 private:
  std::uint8_t byte_;
};

TEST(Credential, Carries256Bits) {  // SEC-1: the number's extremes, most significant digit first
  Fixed zeros(0), ones(0xff);
  const auto digits = [](const ApiKey& key) {
    const auto text = text_of(key);
    return text.substr(text.size() - 49, 43);
  };
  EXPECT_EQ(digits(make_api_key(kStaging, zeros)), std::string(43, '0'));
  // 2^256 - 1 in base 62
  EXPECT_EQ(digits(make_api_key(kStaging, ones)), "yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1");
}

TEST(Credential, ChecksumTellsEveryTypo) {  // SEC-1
  SystemRandom random;
  const auto key = text_of(make_api_key(kStaging, random));
  EXPECT_EQ(environment_of_credential(CredentialKind::api_key, key), "staging-eu");
  EXPECT_EQ(environment_of_credential(CredentialKind::user_secret, key), std::nullopt);
  for (std::size_t i = 0; i < key.size(); ++i) {
    auto typo = key;
    typo[i] = typo[i] == 'x' ? 'y' : 'x';
    EXPECT_EQ(environment_of_credential(CredentialKind::api_key, typo), std::nullopt) << i;
    EXPECT_EQ(environment_of_credential(CredentialKind::api_key, key.substr(0, i)), std::nullopt);
  }
}

TEST(Credential, PreviewIsPrefixAndLast8) {  // SEC-2
  const UserSecret secret("sk-user-production-0123456789RJ2d73Bc");
  EXPECT_EQ(preview(secret), "sk-user-...RJ2d73Bc");
}

TEST(SecretMatches, ComparesWithBothAndWithNone) {  // ACC-2
  const auto a = hash_user_secret("a"), b = hash_user_secret("b"), c = hash_user_secret("c");
  EXPECT_TRUE(secret_matches(a, &a, nullptr));
  EXPECT_TRUE(secret_matches(b, &a, &b));
  EXPECT_FALSE(secret_matches(c, &a, &b));
  EXPECT_FALSE(secret_matches(c, nullptr, nullptr));
  EXPECT_FALSE(secret_matches(UserSecretHash{}, nullptr, nullptr));  // the dummy's own value
}

TEST(Scopes, JoinOnceInOrder) {
  EXPECT_EQ(*join_scopes({"read:all", "write", "read:all"}), "read:all write");
  EXPECT_EQ(*join_scopes({}), "");
  for (const auto& bad : {"", "a b", "a\"", "a\\", "\u00e9", "a\n"})
    EXPECT_FALSE(join_scopes({bad})) << bad;
  EXPECT_FALSE(join_scopes({std::string(129, 'a')}));
  EXPECT_FALSE(join_scopes(std::vector<std::string>(65, "a")));
}

TEST(Scopes, AreNarrowedInTheStoredOrder) {
  EXPECT_EQ(*asked_scopes("a b c", ""), "a b c");
  EXPECT_EQ(*asked_scopes("a b c", "c a"), "a c");
  EXPECT_EQ(*asked_scopes("a b c", "b b"), "b");
  for (const auto* asked : {"d", "a d", "a  b", " a", "a ", "A"}) {
    const auto refused = asked_scopes("a b c", asked);
    ASSERT_FALSE(refused) << asked;
    EXPECT_EQ(refused.error().code, Code::invalid_scope);
  }
  EXPECT_EQ(common_scopes("a b c", "c x a"), "a c");
  EXPECT_EQ(common_scopes("a b", ""), "");
}

TEST(Scopes, AreFoundWhole) {
  EXPECT_TRUE(has_scope("read:all write", "write"));
  EXPECT_FALSE(has_scope("read:all write", "read"));
  EXPECT_FALSE(has_scope("", ""));
}

TEST(Names, HaveBoundsAndNoHiddenCharacters) {  // ACC-4
  const auto good = [](std::string_view text) { return check_name("f", text, 255).has_value(); };
  EXPECT_TRUE(good("glchat_user"));
  EXPECT_TRUE(good("a b"));
  EXPECT_TRUE(good("\u00e9\U0001f511"));
  EXPECT_TRUE(good(std::string(255, 'a')));
  EXPECT_FALSE(good(std::string(256, 'a')));
  EXPECT_FALSE(good(""));
  EXPECT_FALSE(good(std::string_view("a\0b", 3)));
  for (const auto* bad : {" a", "a ", "\u00a0a", "a\u3000", "a\tb", "a\x7f", "\u0085", "a\u009fb",
                          "\xed\xa0\x80", "\xff"})
    EXPECT_FALSE(good(bad)) << bad;
}

TEST(Lifetime, HasBounds) {  // ACC-5
  const auto policy = test_policy();
  EXPECT_EQ(*choose_lifetime(policy, std::nullopt), std::chrono::hours(720));
  EXPECT_EQ(*choose_lifetime(policy, 60), seconds(60));
  EXPECT_EQ(*choose_lifetime(policy, 31'536'000), seconds(31'536'000));
  EXPECT_FALSE(choose_lifetime(policy, 59));
  EXPECT_FALSE(choose_lifetime(policy, 31'536'001));
}

TEST(Grace, EndsAtOnceOrLater) {
  const auto now = from_unix_seconds(1000);
  EXPECT_EQ(*end_of_grace(seconds(0), now), std::nullopt);
  EXPECT_EQ(**end_of_grace(seconds(604'800), now), from_unix_seconds(605'800));
  EXPECT_FALSE(end_of_grace(seconds(604'801), now));
  EXPECT_FALSE(end_of_grace(seconds(-1), now));
}

TEST(Master, NeedsBoth) {  // SEC-4
  auto policy = test_policy();
  EXPECT_TRUE(check_master(policy, "root", "correct horse"));
  for (const auto& [name, password] : {std::pair{"root", "wrong"},
                                       {"wrong", "correct horse"},
                                       {"", ""},
                                       {"root", ""},
                                       {"root", "correct hors"}})
    EXPECT_EQ(check_master(policy, name, password).error().code, Code::invalid_credential);
}

TEST(Master, EmptyOnesDisable) {  // SEC-4
  auto policy = test_policy();
  policy.master = digest_master(MasterUsername(""), MasterPassword("correct horse"));
  EXPECT_EQ(check_master(policy, "", "correct horse").error().code, Code::master_disabled);
  policy.master = digest_master(MasterUsername("root"), MasterPassword(""));
  EXPECT_EQ(check_master(policy, "root", "").error().code, Code::master_disabled);
}

}  // namespace
}  // namespace claviger
