#include "observe/exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace claviger {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

TEST(Exposition, WritesPrometheusText) {
  Exposition out;
  out.counter("things_total", "Things.", 3, {{"kind", "a\"b\\c"}});
  out.counter("things_total", "Things.", 4, {{"kind", "d"}});
  out.gauge("level", "A level.", 0.5);
  EXPECT_EQ(out.text(),
            "# HELP things_total Things.\n"
            "# TYPE things_total counter\n"
            "things_total{kind=\"a\\\"b\\\\c\"} 3\n"
            "things_total{kind=\"d\"} 4\n"
            "# HELP level A level.\n"
            "# TYPE level gauge\n"
            "level 0.5\n");
}

TEST(Exposition, WritesCumulativeBuckets) {
  Durations durations;
  durations.add(microseconds{100});  // a bound belongs to its own bucket
  durations.add(microseconds{101});
  durations.add(seconds{11});
  Exposition out;
  out.durations("took_seconds", "It took.", durations);
  const auto text = out.text();
  EXPECT_THAT(text, testing::HasSubstr("took_seconds_bucket{le=\"0.0001\"} 1\n"));
  EXPECT_THAT(text, testing::HasSubstr("took_seconds_bucket{le=\"0.00025\"} 2\n"));
  EXPECT_THAT(text, testing::HasSubstr("took_seconds_bucket{le=\"10\"} 2\n"));
  EXPECT_THAT(text, testing::HasSubstr("took_seconds_bucket{le=\"+Inf\"} 3\n"));
  EXPECT_THAT(text, testing::HasSubstr("took_seconds_count 3\n"));
  EXPECT_THAT(text, testing::HasSubstr("took_seconds_sum 11.0002"));
}

}  // namespace
}  // namespace claviger
