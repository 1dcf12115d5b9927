#include "http/cookies.h"

#include <gtest/gtest.h>

#include <vector>

namespace claviger::http {
namespace {

std::string_view cookie(const std::vector<Header>& headers) {
  return find_cookie(headers, "claviger");
}

TEST(Cookies, AreFoundByTheirWholeName) {
  EXPECT_EQ(cookie({{"Cookie", "claviger=abc"}}), "abc");
  EXPECT_EQ(cookie({{"cookie", "a=1; claviger=abc; b=2"}}), "abc");
  EXPECT_EQ(cookie({{"Cookie", "a=1"}, {"Cookie", " claviger=abc ;"}}), "abc");
  EXPECT_EQ(cookie({{"Cookie", "claviger=a=b"}}), "a=b");
  EXPECT_EQ(cookie({{"Cookie", "xclaviger=1; claviger2=2; Claviger=3; claviger"}}), "");
  EXPECT_EQ(cookie({{"Cookies", "claviger=abc"}}), "");
  EXPECT_EQ(cookie({{"Cookie", ";;; ;="}}), "");
  EXPECT_EQ(cookie({}), "");
}

TEST(Cookies, OfSeveralNoneCounts) {
  EXPECT_EQ(cookie({{"Cookie", "claviger=abc; claviger=def"}}), "");
  EXPECT_EQ(cookie({{"Cookie", "claviger=abc"}, {"Cookie", "claviger=abc"}}), "");
  EXPECT_EQ(cookie({{"Cookie", "claviger=; claviger=def"}}), "");
}

TEST(Cookies, AreSetForThisHostAlone) {
  EXPECT_EQ(set_cookie("__Host-claviger", "abc", {.max_age_seconds = 60}, "Strict", true),
            "__Host-claviger=abc; Path=/; HttpOnly; SameSite=Strict; Max-Age=60; Secure");
  EXPECT_EQ(set_cookie("claviger", "", {}, "Lax", false),
            "claviger=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
}

TEST(Headers, AreCounted) {
  const std::vector<Header> headers{{"Origin", "a"}, {"X", "b"}, {"ORIGIN", "c"}};
  EXPECT_EQ(find_header(headers, "origin").count, 2u);
  EXPECT_EQ(find_header(headers, "x").value, "b");
  EXPECT_EQ(find_header(headers, "y").count, 0u);
}

}  // namespace
}  // namespace claviger::http
