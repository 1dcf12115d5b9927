#include "http/trace.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace claviger::http {
namespace {

constexpr std::string_view kTrace = "0af7651916cd43dd8448eb211c80319c";
constexpr std::string_view kParent = "b7ad6b7169203331";
const std::string kGood = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

std::optional<Trace> read(const std::vector<std::string>& values) {
  std::vector<Header> headers{{.name = "Host", .value = "a"}};
  for (const auto& value : values) headers.push_back({.name = "TraceParent", .value = value});
  return trace_of(headers);
}

TEST(Trace, IsRead) {
  const std::vector<std::string> sent{kGood};  // the trace is a view of it
  const auto trace = read(sent);
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->trace_id, kTrace);
  EXPECT_EQ(trace->parent_id, kParent);
}

TEST(Trace, IsReadFromALaterVersion) {
  for (const auto* end : {"-01", "-01-and-more", "-ff-"})
    EXPECT_TRUE(read({"01-" + std::string(kTrace) + "-" + std::string(kParent) + end})) << end;
}

TEST(Trace, IsOnePerRequest) {
  EXPECT_FALSE(read({}));
  EXPECT_FALSE(read({kGood, kGood}));
}

TEST(Trace, EveryOtherByteMakesItNone) {
  for (std::size_t i = 0; i < kGood.size(); ++i)
    for (const char c : {'G', 'A', ' ', '"', '\n', '\0'}) {
      auto wrong = kGood;
      wrong[i] = c;
      EXPECT_FALSE(read({wrong})) << i << c;
    }
  for (std::size_t length = 0; length < kGood.size(); ++length)
    EXPECT_FALSE(read({kGood.substr(0, length)})) << length;
}

TEST(Trace, WhatTheStandardForbidsIsNone) {
  const std::string zeros(32, '0');
  EXPECT_FALSE(read({kGood + "-more"}));  // version 00 ends there
  EXPECT_FALSE(read({"01" + kGood.substr(2) + "more"}));
  EXPECT_FALSE(read({"ff" + kGood.substr(2)}));
  EXPECT_FALSE(read({"00-" + zeros + kGood.substr(35)}));
  EXPECT_FALSE(read({kGood.substr(0, 36) + zeros.substr(0, 16) + "-01"}));
}

}  // namespace
}  // namespace claviger::http
