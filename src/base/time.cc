#include "base/time.h"

#include <fmt/format.h>

namespace claviger {
namespace {

/// Two decimal digits.
void write_two(char* out, unsigned number) {
  out[0] = static_cast<char>('0' + number / 10);
  out[1] = static_cast<char>('0' + number % 10);
}

}  // namespace

void rfc3339_write(Instant at, char* out) {
  using namespace std::chrono;
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss clock{floor<seconds>(at - day)};
  std::string_view("0000-00-00T00:00:00Z").copy(out, rfc3339_chars);
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  write_two(out, year / 100 % 100);
  write_two(out + 2, year % 100);
  write_two(out + 5, static_cast<unsigned>(date.month()));
  write_two(out + 8, static_cast<unsigned>(date.day()));
  write_two(out + 11, static_cast<unsigned>(clock.hours().count()));
  write_two(out + 14, static_cast<unsigned>(clock.minutes().count()));
  write_two(out + 17, static_cast<unsigned>(clock.seconds().count()));
}

Instant SystemClock::now() const {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string rfc3339(Instant at) {
  std::string text(rfc3339_chars, '\0');
  rfc3339_write(at, text.data());
  return text;
}

std::string rfc3339_ms(Instant at) {
  const auto ms = (at - std::chrono::floor<seconds>(at)).count();
  const auto text = rfc3339(at);
  return fmt::format("{}.{:03}Z", std::string_view(text).substr(0, rfc3339_chars - 1), ms);
}

}  // namespace claviger
