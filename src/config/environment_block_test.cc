#include "config/environment_block.h"

#include <gmock/gmock.h>

#include <vector>

namespace claviger {
namespace {

using ::testing::ElementsAre;

/// An environment block as a process has it: one text after the other, in memory of its own.
class Block {
 public:
  explicit Block(std::vector<std::string> variables) : variables_(std::move(variables)) {
    for (auto& variable : variables_) pointers_.push_back(variable.data());
    pointers_.push_back(nullptr);
  }
  char** pointers() { return pointers_.data(); }
  std::vector<std::string> left() const {
    std::vector<std::string> texts;
    for (char* const* p = pointers_.data(); *p != nullptr; ++p) texts.emplace_back(*p);
    return texts;
  }
  const std::vector<std::string>& memory() const { return variables_; }

 private:
  std::vector<std::string> variables_;
  std::vector<char*> pointers_;
};

// SEC-6
TEST(TakeEnvironment, SecretsAreOverwrittenAndTakenOut) {
  Block block({"PATH=/bin", "MASTER_PASSWORD=canary-one", "JWT_SECRET_KEY=canary-two",
               "JWT_SECRET_KEY_FILE=/run/jwt", "CLAVIGER_LISTEN=127.0.0.1:1", "CLAVIGER_OTHER=x",
               "MASTER_PASSWORD=canary-three", "MASTER_PASSWORD"});
  const auto texts = take_environment(block.pointers());
  EXPECT_THAT(block.left(),
              ElementsAre("PATH=/bin", "JWT_SECRET_KEY_FILE=/run/jwt",
                          "CLAVIGER_LISTEN=127.0.0.1:1", "CLAVIGER_OTHER=x", "MASTER_PASSWORD"));
  for (const auto& variable : block.memory()) EXPECT_EQ(variable.find("canary"), std::string::npos);

  std::vector<std::string> names;
  for (const auto& [name, text] : texts) names.push_back(name);
  EXPECT_THAT(names, ElementsAre("CLAVIGER_LISTEN", "CLAVIGER_OTHER", "JWT_SECRET_KEY",
                                 "JWT_SECRET_KEY_FILE", "MASTER_PASSWORD"));
  texts.at("MASTER_PASSWORD").reveal([](std::string_view text) { EXPECT_EQ(text, "canary-one"); });
}

TEST(TakeEnvironment, AnEmptyBlockGivesNothing) {
  Block block({});
  EXPECT_TRUE(take_environment(block.pointers()).empty());
}

}  // namespace
}  // namespace claviger
