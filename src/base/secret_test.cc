#include "base/secret.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <concepts>
#include <ostream>

namespace claviger {
namespace {

// SEC-6: what a secret cannot do is checked by the compiler.
template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};
template <class Tag>
constexpr bool has_no_verbs =
    !Printable<Secret<Tag>> && !fmt::is_formattable<Secret<Tag>>::value &&
    !std::equality_comparable<Secret<Tag>> && !std::copy_constructible<Secret<Tag>> &&
    !std::convertible_to<Secret<Tag>, std::string_view>;
static_assert(has_no_verbs<struct ApiKeyTag> && has_no_verbs<struct MasterPasswordTag>);
static_assert(Printable<int> && fmt::is_formattable<int>::value);  // the checks can tell
static_assert(!std::convertible_to<ApiKey, UserSecret>);

std::string text_of(const ApiKey& key) {
  return key.reveal([](std::string_view text) { return std::string(text); });
}

TEST(Secret, GivesItsTextOnlyInside) {
  EXPECT_EQ(text_of(ApiKey("sk-client-x")), "sk-client-x");
}

TEST(Secret, MovingEmptiesTheSource) {
  ApiKey a("short");
  const ApiKey b(std::move(a));
  EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(text_of(b), "short");
}

TEST(Secret, TakingWipesTheString) {
  std::string text = "a secret of more than fifteen characters";
  const char* bytes = text.data();
  const auto size = text.size();
  const ApiKey key = ApiKey::take(text);
  EXPECT_TRUE(text.empty());
  for (std::size_t i = 0; i < size; ++i) EXPECT_EQ(bytes[i], '\0');
  EXPECT_EQ(text_of(key), "a secret of more than fifteen characters");
}

TEST(Wipe, ReachesTheWholeCapacity) {
  std::string text = "0123456789";
  text.resize(3);  // the other characters are still there
  wipe(text);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(text.data()[i], '\0');
}

}  // namespace
}  // namespace claviger
