#include "api/csv.h"

#include <gtest/gtest.h>

namespace claviger::api {
namespace {

std::string cell(std::string_view text) {
  std::string out;
  CsvRow(out).text(text);
  return out;
}

TEST(Csv, QuotesWhatNeedsIt) {
  EXPECT_EQ(cell("plain text"), "plain text");
  EXPECT_EQ(cell("a,b"), "\"a,b\"");
  EXPECT_EQ(cell("a \"b\""), "\"a \"\"b\"\"\"");
  EXPECT_EQ(cell("a\nb"), "\"a\nb\"");
  EXPECT_EQ(cell("é\U0001F511"), "é\U0001F511");
}

TEST(Csv, DisarmsFormulas) {
  for (const auto* text : {"=1+1", "+1", "-1", "@SUM(A1)", "\tx"})
    EXPECT_EQ(cell(text), "'" + std::string(text));
  EXPECT_EQ(cell("=HYPERLINK(\"x\",\"y\")"), "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
  EXPECT_EQ(cell("a=1"), "a=1");
  EXPECT_EQ(cell(""), "");
}

TEST(Csv, WritesRows) {
  std::string out;
  write_csv_head(out, {"a", "b", "c", "d"});
  CsvRow(out).text("x").number(-5).truth(true).time(std::optional<Instant>{}).end();
  EXPECT_EQ(out, "a,b,c,d\r\nx,-5,true,\r\n");
}

}  // namespace
}  // namespace claviger::api
