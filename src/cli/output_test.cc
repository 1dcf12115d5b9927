#include "cli/output.h"

#include <gtest/gtest.h>

namespace claviger::cli {
namespace {

const Record record{{"id", "a\"b"},
                    {"scopes", std::vector<std::string>{"read:all", "x"}},
                    {"is_active", true},
                    {"users_total", std::int64_t{3}},
                    {"last_used_at", {}}};

TEST(Output, ARecordIsOneJsonObjectOnOneLine) {
  EXPECT_EQ(json_line(record),
            R"({"id":"a\"b","scopes":["read:all","x"],"is_active":true,"users_total":3,)"
            R"("last_used_at":null})"
            "\n");
  EXPECT_EQ(json_line({}), "{}\n");
}

TEST(Output, AListIsOneJsonObjectWithWhatFollowsIt) {
  EXPECT_EQ(json_list_line("users", {{{"id", "a"}}, {{"id", "b"}}}, {{"total", std::int64_t{2}}}),
            R"({"users":[{"id":"a"},{"id":"b"}],"total":2})"
            "\n");
  EXPECT_EQ(json_list_line("users", {}, {}), "{\"users\":[]}\n");
}

TEST(Output, TextLinesAreAligned) {
  EXPECT_EQ(text_lines(record),
            "id            a\"b\n"
            "scopes        read:all x\n"
            "is_active     yes\n"
            "users_total   3\n"
            "last_used_at  -\n");
}

TEST(Output, ATableIsAlignedByCharactersAndEndsWithoutSpaces) {
  EXPECT_EQ(text_table({"name", "id"}, {{{"id", "1"}, {"name", "\u00e4\u00f6\u00fc\u00e4\u00f6"}},
                                        {{"id", "22"}, {"name", "b"}},
                                        {{"id", "3"}}}),
            "name   id\n"
            "\u00e4\u00f6\u00fc\u00e4\u00f6  1\n"
            "b      22\n"
            "-      3\n");
}

// What a client called its user must not move the cursor or turn the direction of writing.
TEST(Output, CharactersThatSteerATerminalAreReplaced) {
  EXPECT_EQ(text_lines({{"a", "x\x1b[2J\n\x7f\u009b\u202ey"}}),
            "a  x\ufffd[2J\ufffd\ufffd\ufffd\ufffdy\n");
  EXPECT_EQ(text_lines({{"a", "\u00e9\u4e2d"}}), "a  \u00e9\u4e2d\n");
}

}  // namespace
}  // namespace claviger::cli
