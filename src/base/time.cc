#include "base/time.h"

#include <fmt/format.h>

namespace claviger {
namespace {

/// Two decimal digits.
void write_two(char* out, unsigned number) {
  out[0] = static_cast<char>('0' + number / 10);
  out[1] = static_cast<char>('0' + number % 10);
}

/// The number that decimal digits at a place spell; nullopt if others stand there.
std::optional<unsigned> digits_at(std::string_view text, std::size_t at, std::size_t count) {
  unsigned number = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  return number;
}

}  // namespace

std::optional<Instant> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view whole = "0000-00-00T00:00:00Z", with_ms = "0000-00-00T00:00:00.000Z";
  const auto pattern = text.size() == whole.size() ? whole : with_ms;
  if (text.size() != pattern.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (pattern[i] != '0' && text[i] != pattern[i]) return std::nullopt;
  const auto y = digits_at(text, 0, 4), mon = digits_at(text, 5, 2), d = digits_at(text, 8, 2);
  const auto h = digits_at(text, 11, 2), min = digits_at(text, 14, 2), s = digits_at(text, 17, 2);
  const auto ms = pattern == whole ? std::optional(0U) : digits_at(text, 20, 3);
  if (!y || !mon || !d || !h || !min || !s || !ms) return std::nullopt;
  const year_month_day date{year(static_cast<int>(*y)), month(*mon), day(*d)};
  if (!date.ok() || *h > 23 || *min > 59 || *s > 59) return std::nullopt;
  return sys_days(date) + hours(*h) + minutes(*min) + seconds(*s) + milliseconds(*ms);
}

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
