#include "config/settings_file.h"

#include <gmock/gmock.h>

namespace claviger {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The value of the one line in `text`, or "problem" if it is refused.
std::string value_of(std::string_view text) {
  const auto file = parse_settings_file(text);
  if (!file.problems.empty()) return "problem";
  if (file.lines.size() != 1) return "not one line";
  return file.lines[0].value.reveal([](std::string_view value) { return std::string(value); });
}

TEST(SettingsFile, PlainValuesStandAsTheyAre) {
  EXPECT_EQ(value_of("A=b"), "b");
  EXPECT_EQ(value_of("A=b\n"), "b");
  EXPECT_EQ(value_of("A="), "");
  EXPECT_EQ(value_of("A_1=b c=d\"e'#f$g`h"), "b c=d\"e'#f$g`h");
  EXPECT_EQ(value_of("A=\xc3\xa4"), "\xc3\xa4");
}

TEST(SettingsFile, QuotedValues) {
  EXPECT_EQ(value_of("A='b \\ \" # $c '"), "b \\ \" # $c ");
  EXPECT_EQ(value_of("A=''"), "");
  EXPECT_EQ(value_of("A=\" b\\\"\\\\\\$\\` # 'c' \""), " b\"\\$` # 'c' ");
  EXPECT_EQ(value_of("A=\"b\\\\\""), "b\\");
}

TEST(SettingsFile, WhatProgramsReadDifferentlyIsRefused) {
  for (const char* text : {"A =b",
                           "A= b",
                           " A=b",
                           "A=b ",
                           "A=b\t",
                           "a=b",
                           "1A=b",
                           "=b",
                           "A",
                           "A-B=c",
                           "export A=b",
                           "A=b #c",
                           "A=b\t#c",
                           "A=b\\",
                           "A=b\\nc",
                           "A='b",
                           "A='b'c",
                           "A='b'c'",
                           "A='b''c'",
                           "A='",
                           "A=\"b",
                           "A=\"b\"c",
                           "A=\"b\"c\"",
                           "A=\"\\n\"",
                           "A=\"b\\\"",
                           "A=\"",
                           "A=b\r",
                           "A=\x01",
                           "A=b\x7f",
                           "A=\xff",
                           "\xef\xbb\xbf"
                           "A=b",
                           "; comment",
                           "A=\"b\\\nc\""})
    EXPECT_EQ(value_of(text), "problem") << text;
  EXPECT_EQ(value_of(std::string_view("A=b\0c", 5)), "problem");
}

TEST(SettingsFile, CommentsAndBlankLinesCountAsLines) {
  const auto file = parse_settings_file("# A=b\n\n \t\n#\nA=1\n\nB=2");
  EXPECT_THAT(file.problems, IsEmpty());
  ASSERT_EQ(file.lines.size(), 2U);
  EXPECT_EQ(file.lines[0].line, 5U);
  EXPECT_EQ(file.lines[1].line, 7U);
  EXPECT_EQ(file.lines[1].name, "B");
}

TEST(SettingsFile, EveryBadLineIsToldWithItsNumberAndWithoutItsText) {
  const auto file = parse_settings_file("canary\nA=1\nB= canary\nC=\"canary\n");
  EXPECT_EQ(file.lines.size(), 1U);
  EXPECT_THAT(file.problems,
              ElementsAre(Field(&BadLine::line, 1), Field(&BadLine::line, 3),
                          AllOf(Field(&BadLine::line, 4),
                                Field(&BadLine::why, HasSubstr("no closing quote")))));
  for (const auto& bad : file.problems) EXPECT_EQ(bad.why.find("canary"), std::string::npos);
}

}  // namespace
}  // namespace claviger
