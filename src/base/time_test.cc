#include "base/time.h"

#include <gtest/gtest.h>

namespace claviger {
namespace {

TEST(Rfc3339, IsReadAsItIsWritten) {
  const auto at = from_unix_milliseconds(1'767'225'600'123);
  EXPECT_EQ(parse_rfc3339(rfc3339_ms(at)), at);
  EXPECT_EQ(parse_rfc3339(rfc3339(at)), std::chrono::floor<seconds>(at));
  EXPECT_EQ(parse_rfc3339("2024-02-29T23:59:59Z"), from_unix_seconds(1'709'251'199));
}

TEST(Rfc3339, IsNothingElse) {
  for (const auto* text :
       {"", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00+00:00",
        "2026-01-01T00:00:00.1Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-00-10T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:60Z", "2026-01-01t00:00:00Z", "2026-01-01T00:00:00z",
        "+026-01-01T00:00:00Z", "2026-01-01T00:00:0xZ", "2026-01-01T00:00:00.12xZ"})
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
}

}  // namespace
}  // namespace claviger
