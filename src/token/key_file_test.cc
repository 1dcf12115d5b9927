#include "token/key_file.h"

#include <gmock/gmock.h>

#include "crypto/system_random.h"

namespace claviger {
namespace {

const Environment kEnvironment = *Environment::parse("staging");

class KeyFileTest : public testing::TestWithParam<KeyAlgorithm> {
 protected:
  SystemRandom random_;
  GeneratedKey made_ = generate_key(kEnvironment, GetParam(), random_);

  Result<Key> read(const std::string& name, const Environment& environment = kEnvironment) {
    return made_.text.reveal(
        [&](std::string_view text) { return key_of_file(environment, name, text); });
  }
  std::string suffix() const { return made_.file_name.substr(made_.key.kid().size()); }
  static std::string wrong(const Result<Key>& key) { return key.error().fields.front().message; }
};
INSTANTIATE_TEST_SUITE_P(Algorithms, KeyFileTest,
                         testing::Values(KeyAlgorithm::hs256, KeyAlgorithm::es256,
                                         KeyAlgorithm::eddsa));

TEST_P(KeyFileTest, WhatIsMadeIsReadAgain) {  // TOK-1
  const auto key = read(made_.file_name);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->kid(), made_.key.kid());
  EXPECT_EQ(key->algorithm(), made_.key.algorithm());
  EXPECT_EQ(key->has_public_half(), GetParam() != KeyAlgorithm::hs256);
  EXPECT_TRUE(key->verify("text", made_.key.sign("text")));
  const auto other = generate_key(kEnvironment, GetParam(), random_);
  EXPECT_NE(other.key.kid(), made_.key.kid());
}

TEST_P(KeyFileTest, AnyNameWillDoThatIsNoOtherKeys) {
  EXPECT_TRUE(read("of the settings" + suffix()));
  EXPECT_EQ(wrong(read("staging.000000000000000000000000" + suffix())),
            "has another key's name: it holds " + made_.key.kid());
}

TEST_P(KeyFileTest, AnotherEnvironmentsKeyIsTold) {  // ENV-2
  EXPECT_EQ(wrong(read(made_.file_name, *Environment::parse("production"))),
            "is by its name a key of the environment \"staging\", and this is \"production\"");
}

TEST(KeyFile, WhatIsNoKeyIsRefused) {
  for (const auto* text : {"", "\n"}) EXPECT_FALSE(key_of_file(kEnvironment, "a.secret", text));
  for (const auto* text : {"", "a key"}) EXPECT_FALSE(key_of_file(kEnvironment, "a.pem", text));
}

TEST(KeyFile, ASecretIsTheSameWithAndWithoutALineFeed) {
  const auto with = key_of_file(kEnvironment, "a.secret", "the text of the secret\n");
  EXPECT_EQ(with->kid(), key_of_file(kEnvironment, "a.secret", "the text of the secret")->kid());
  EXPECT_EQ(with->kid(), Key::hs256(kEnvironment, SigningSecret("the text of the secret")).kid());
}

}  // namespace
}  // namespace claviger
