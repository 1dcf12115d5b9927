#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace claviger::cli {

/// What a command says; `run` writes it, `out` to standard output.
struct Output {
  std::string out{};
  std::string err{};
  /// Takes what goes to standard output, and says whether it was taken; empty: all waits in `out`.
  std::function<bool(std::string_view)> sink{};

  /// Has what is in `out` written now: for what is too long to be held. False: it was not taken.
  bool flush() {
    if (!sink) return true;
    const bool taken = sink(out);
    out.clear();
    return taken;
  }
};

/// A value to be shown: nothing, a truth, a number, a text or several.
using Value =
    std::variant<std::monostate, bool, std::int64_t, std::string, std::vector<std::string>>;

/// One member of a JSON object, one line or one column for a reader.
struct Field {
  std::string_view name;
  Value value;
};
using Record = std::vector<Field>;

/// One JSON object on one line, with its newline.
std::string json_line(const Record& record);
/// {"<name>": [rows…], rest…} on one line, with its newline.
std::string json_list_line(std::string_view name, const std::vector<Record>& rows,
                           const Record& rest);
/// The members of `record` without the braces, to be followed by others.
std::string json_members(const Record& record);

/// A text in which characters that move a terminal's cursor or the direction of writing are
/// replaced.
std::string harmless(std::string_view text);
/// A line for each field: names, then aligned values.
std::string text_lines(const Record& record);
/// A table of these fields of the rows under a line of their names. Characters that move a
/// terminal's cursor or the direction of writing are replaced.
std::string text_table(const std::vector<std::string_view>& columns,
                       const std::vector<Record>& rows);

}  // namespace claviger::cli
