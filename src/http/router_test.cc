#include "http/router.h"

#include <gtest/gtest.h>

namespace claviger::http {
namespace {

using Outcome = Match::Outcome;

struct Row {
  std::optional<Method> method;
  std::string_view pattern;
};

constexpr Router router(std::array{
    Row{Method::get, "/token"},
    Row{std::nullopt, "/verify"},
    Row{Method::post, "/token"},
    Row{Method::delete_, "/token"},
    Row{Method::get, "/users"},
    Row{Method::patch, "/users/{id}"},
    Row{Method::get, "/users/{id}/tokens"},
    Row{Method::delete_, "/a/{b}/c/{d}"},
});
static_assert(!router.is_ambiguous());

template <std::size_t N>
constexpr bool ambiguous(const Row (&rows)[N]) {
  return Router(std::to_array(rows)).is_ambiguous();
}
static_assert(ambiguous({{Method::get, "/a"}, {Method::get, "/a"}}));
static_assert(ambiguous({{Method::get, "/a"}, {std::nullopt, "/a"}}));
static_assert(ambiguous({{Method::get, "/a/{b}"}, {Method::get, "/a/{c}"}}));
static_assert(ambiguous({{Method::get, "/a/{b}"}, {Method::get, "/a/c"}}));
static_assert(!ambiguous({{Method::get, "/a/{b}"}, {Method::get, "/a/{b}/c"}}));
static_assert(!ambiguous({{Method::get, "/a/{b}"}, {Method::post, "/a/{b}"}}));
static_assert(!ambiguous({{Method::get, "/a"}, {Method::get, "/ab"}}));

TEST(Router, FindsRows) {
  EXPECT_EQ(router.match(Method::get, "/token").row, 0U);
  EXPECT_EQ(router.match(Method::post, "/token").row, 2U);
  EXPECT_EQ(router.match(Method::get, "/users").row, 4U);
  const auto match = router.match(Method::patch, "/users/42");
  ASSERT_EQ(match.outcome, Outcome::found);
  EXPECT_EQ(match.row, 5U);
  EXPECT_EQ(match.parameters[0], "42");
  const auto two = router.match(Method::delete_, "/a/x/c/y");
  ASSERT_EQ(two.outcome, Outcome::found);
  EXPECT_EQ(two.parameters[0], "x");
  EXPECT_EQ(two.parameters[1], "y");
}

TEST(Router, TellsMissingPathsFromWrongMethods) {
  for (const auto* path : {"/", "", "/tokens", "/token/", "/Token", "/users/", "/users//tokens",
                           "/users/1/tokens/", "/users/1/2", "//token", "/a/x/c/", "*", "/token?"})
    EXPECT_EQ(router.match(Method::get, path).outcome, Outcome::not_found) << path;
  EXPECT_EQ(router.match(Method::put, "/token").outcome, Outcome::method_not_allowed);
  EXPECT_EQ(router.match(Method::other, "/users/1").outcome, Outcome::method_not_allowed);
  EXPECT_EQ(router.match(Method::get, "/users/1").outcome, Outcome::method_not_allowed);
  EXPECT_EQ(router.match(Method::head, "/users/1").outcome, Outcome::method_not_allowed);
}

TEST(Router, AnswersHeadWhereverGetIs) {
  EXPECT_EQ(router.match(Method::head, "/token").row, 0U);
  const auto match = router.match(Method::head, "/users/7/tokens");
  EXPECT_EQ(match.outcome, Outcome::found);
  EXPECT_EQ(match.parameters[0], "7");
}

TEST(Router, TakesAnyMethodWhereARowSaysSo) {
  for (const auto method : {Method::get, Method::head, Method::options, Method::other})
    EXPECT_EQ(router.match(method, "/verify").row, 1U);
}

TEST(Router, TellsWhatIsAllowed) {
  EXPECT_EQ(router.match(Method::options, "/token").outcome, Outcome::options);
  EXPECT_EQ(router.match(Method::options, "*").outcome, Outcome::options);
  EXPECT_EQ(router.match(Method::options, "/nothing").outcome, Outcome::not_found);
  EXPECT_EQ(router.allow("/token"), "GET, HEAD, POST, DELETE, OPTIONS");
  EXPECT_EQ(router.allow("/users/1"), "PATCH, OPTIONS");
  EXPECT_EQ(router.allow("*"), "GET, HEAD, POST, PATCH, DELETE, OPTIONS");
}

}  // namespace
}  // namespace claviger::http
