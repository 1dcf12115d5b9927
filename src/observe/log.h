#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <variant>

#include "base/time.h"

namespace claviger {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

/// One member of a log line. Only texts, numbers and truths convert to one; a Secret does not, and
/// secret_test.cc asserts so.
struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, bool> value;

  LogField(std::string_view n, std::string_view text) : name(n), value(text) {}
  LogField(std::string_view n, const char* text) : name(n), value(std::string_view(text)) {}
  LogField(std::string_view n, bool truth) : name(n), value(truth) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) LogField(std::string_view n, T number)
      : name(n), value(static_cast<std::int64_t>(number)) {}
};

/// The structured log: one JSON object a line (LOG-1), with "time", "level" and "event" first.
/// Lines go to a file descriptor from a thread of their own, so that a slow reader never delays a
/// request; what does not fit into the bounded buffer is dropped and counted in a later line.
class Log {
 public:
  struct Options {
    int fd = 2;
    LogLevel level = LogLevel::info;
  };
  Log(const Options& options, const Clock& clock);
  ~Log();  // writes what is left
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  bool enabled(LogLevel level) const { return level >= level_; }
  /// `event` is a stable snake_case word. Fields with an empty text are left out.
  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});
  /// Those that were lost since the start.
  std::int64_t lines_dropped() const;

 private:
  struct Writer;
  LogLevel level_;
  const Clock& clock_;
  std::unique_ptr<Writer> writer_;
};

}  // namespace claviger
