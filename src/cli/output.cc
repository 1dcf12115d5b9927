#include "cli/output.h"

#include <algorithm>
#include <array>

#include "base/json_writer.h"
#include "base/text.h"

namespace claviger::cli {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

// Marks of the direction of writing, which could make one name look like another.
constexpr std::array<std::string_view, 12> direction_marks = {
    "\u061c", "\u200e", "\u200f", "\u202a", "\u202b", "\u202c",
    "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"};

struct JsonValue {
  JsonWriter& json;
  void operator()(std::monostate) { json.null(); }
  void operator()(bool truth) { json.value(truth); }
  void operator()(std::int64_t number) { json.value(number); }
  void operator()(const std::string& text) { json.value(std::string_view(text)); }
  void operator()(const std::vector<std::string>& texts) {
    json.begin_array();
    for (const auto& text : texts) json.value(std::string_view(text));
    json.end_array();
  }
};

struct TextValue {
  std::string operator()(std::monostate) { return "-"; }
  std::string operator()(bool truth) { return truth ? "yes" : "no"; }
  std::string operator()(std::int64_t number) { return std::to_string(number); }
  std::string operator()(const std::string& text) { return text; }
  std::string operator()(const std::vector<std::string>& texts) {
    std::string all;
    for (const auto& text : texts) all += (all.empty() ? "" : " ") + text;
    return all;
  }
};

void write_members(JsonWriter& json, const Record& record) {
  for (const auto& field : record) {
    json.any_key(field.name);
    std::visit(JsonValue{json}, field.value);
  }
}

bool is_control(std::string_view text) {
  const auto c = static_cast<unsigned char>(text.front());
  if (c < 0x20 || c == 0x7f) return true;
  return c == 0xc2 && text.size() > 1 && static_cast<unsigned char>(text[1]) < 0xa0;
}

/// The bytes of the character at the front that is not to be shown; 0 if it is harmless.
std::size_t harmful(std::string_view text) {
  if (is_control(text)) return text.front() == '\xc2' ? 2 : 1;
  for (const auto mark : direction_marks)
    if (text.starts_with(mark)) return mark.size();
  return 0;
}

std::string shown(const Value& value) {
  return harmless(std::visit(TextValue{}, value));
}

void append_padded(std::string& out, std::string_view text, std::size_t width) {
  out += text;
  out.append(width - std::min(width, utf8_length(text)), ' ');
}

using Cells = std::vector<std::string>;

Cells cells_of(const std::vector<std::string_view>& columns, const Record& row) {
  Cells cells;
  for (const auto column : columns) {
    const auto field = std::ranges::find(row, column, &Field::name);
    cells.push_back(field == row.end() ? "-" : shown(field->value));
  }
  return cells;
}

}  // namespace

std::string harmless(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto bytes = harmful(text);
    if (bytes > 0)
      out += replacement;
    else
      out += text.front();
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  return out;
}

std::string json_members(const Record& record) {
  std::string out;
  JsonWriter json(out);
  write_members(json, record);
  return out;
}

std::string json_line(const Record& record) {
  return "{" + json_members(record) + "}\n";
}

std::string json_list_line(std::string_view name, const std::vector<Record>& rows,
                           const Record& rest) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().any_key(name).begin_array();
  for (const auto& row : rows) {
    json.begin_object();
    write_members(json, row);
    json.end_object();
  }
  json.end_array();
  write_members(json, rest);
  json.end_object();
  return out + "\n";
}

std::string text_lines(const Record& record) {
  std::size_t width = 0;
  for (const auto& field : record) width = std::max(width, field.name.size());
  std::string out;
  for (const auto& field : record) {
    append_padded(out, field.name, width + 2);
    out += shown(field.value) + "\n";
  }
  return out;
}

std::string text_table(const std::vector<std::string_view>& columns,
                       const std::vector<Record>& rows) {
  std::vector<Cells> lines{Cells(columns.begin(), columns.end())};
  for (const auto& row : rows) lines.push_back(cells_of(columns, row));
  std::vector<std::size_t> widths(columns.size());
  for (const auto& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], utf8_length(line[i]));

  std::string out;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i + 1 < line.size(); ++i) append_padded(out, line[i], widths[i] + 2);
    out += line.back() + "\n";
  }
  return out;
}

}  // namespace claviger::cli
