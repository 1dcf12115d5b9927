#include "config/weak_settings.h"

#include <gmock/gmock.h>

namespace claviger {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Property;
using ::testing::StartsWith;

auto says(const char* beginning) {
  return Property(&SettingProblem::text, StartsWith(beginning));
}

// SEC-5
TEST(WeakSettings, TextsThatCanBeGuessed) {
  for (const char* text :
       {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "abcabcabcabcabcabcabcabcabcabcabcabc",
        "0123456789abcdef0123456789abcdef", "abcdefghijklmnopqrstuvwxyz0123456789",
        "zyxwvutsrqponmlkjihgfedcba9876543210", "qxqzmxqzzmqxmzqqzxmqzmxzqmxxzqmz",
        // jwt.io, RFC 7515 A.1, RFC 7520 3.5, the tutorials of FastAPI and Spring Boot
        "a-string-secret-at-least-256-bits-long",
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
        "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg",
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
        "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970",
        "Change-Me-Before-Production-0918273645", "your-jwt-key-goes-here-0918273645x",
        "<your secret here, 32 bytes or more>", "correct horse battery staple", "Password-1234"})
    EXPECT_NE(guessable(text), "") << text;
}

TEST(WeakSettings, RandomTextsAreNotGuessable) {
  for (const char* text :
       {"kT9vXq2LmW8zRb4NcY7dJf1HsG6pUe3A", "Uxnb-Trog-8812-Wekl",
        "c0a1f2e93b847d6650b1c2d3e4f5a697881f20c4b7de9a3f5c6871b2d4e09f13",
        "v8x2m0q4 winter granite tolls", "3q2+7wGvPp0XkQnT6c1uJm9sYh4rZb8dLfKeWaVxNoI="})
    EXPECT_EQ(guessable(text), "") << text;
  // A long key twice is still a long key.
  EXPECT_EQ(guessable("c0a1f2e93b847d6650b1c2d3e4f5a697c0a1f2e93b847d6650b1c2d3e4f5a697"), "");
}

TEST(WeakSettings, LengthsAreCheckedAtTheirEdges) {
  const std::string text = "kT9vXq2LmW8zRb4NcY7dJf1HsG6pUe3A";
  Settings settings;
  settings.jwt_secret_key = SigningSecret(text);
  settings.master_password = MasterPassword(text.substr(0, 12));
  EXPECT_THAT(weak_settings(settings), IsEmpty());
  settings.jwt_secret_key = SigningSecret(text.substr(0, 31));
  settings.master_password = MasterPassword(text.substr(0, 11));
  settings.jwt_secret_key_previous = SigningSecret(text.substr(0, 31));
  EXPECT_THAT(weak_settings(settings),
              ElementsAre(says("MASTER_PASSWORD: the password is shorter than 12"),
                          says("JWT_SECRET_KEY: the key is shorter than 32"),
                          says("JWT_SECRET_KEY_PREVIOUS: the key is shorter than 32")));
}

}  // namespace
}  // namespace claviger
