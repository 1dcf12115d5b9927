#include "base/time.h"

#include <fmt/format.h>

namespace claviger {
namespace {

std::string date_and_time(Instant at) {
  using namespace std::chrono;
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss clock{floor<seconds>(at - day)};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace

Instant SystemClock::now() const {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string rfc3339(Instant at) {
  return date_and_time(at) + "Z";
}

std::string rfc3339_ms(Instant at) {
  const auto ms = (at - std::chrono::floor<seconds>(at)).count();
  return fmt::format("{}.{:03}Z", date_and_time(at), ms);
}

}  // namespace claviger
