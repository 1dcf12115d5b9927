// A settings file is also an EnvironmentFile of systemd and an env file of the container tools.
// These disagree about what is not plain (quotes, backslashes, comments behind values), so only
// what each takes the same way is plain here, and what one could take otherwise is refused:
//
//   file    = *( line LF ) [ line ]        ; UTF-8, no byte order mark, no CR, no NUL
//   line    = blank / "#" comment / NAME "=" value
//   NAME    = A-Z *( A-Z / 0-9 / "_" )     ; at the line's start, no spaces around "="
//   value   = plain                        ; empty: unset
//           / "'" *any-but-' "'"           ; literally
//           / DQUOTE *( any-but-\-or-DQUOTE / "\" ( DQUOTE / "\" / "$" / "`" ) ) DQUOTE
//   plain   = text without "\", without " #", without white space at its ends, that does not
//             begin with a quote
//
// Quoted values are for systemd and for us; container tools take the quotes literally.
#include "config/settings_file.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace claviger {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

bool is_name(std::string_view text) {
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  return !text.empty() && upper(text.front()) && std::ranges::all_of(text, [&](char c) {
    return upper(c) || (c >= '0' && c <= '9') || c == '_';
  });
}

/// What forbids a line whatever it says, or null.
const char* bad_characters(std::string_view line) {
  if (line.starts_with("\xef\xbb\xbf")) return "begins with a byte order mark; save it without";
  if (line.ends_with('\r')) return "ends with CR LF; save it with LF line ends";
  if (!is_utf8(line)) return "is not UTF-8";
  const bool control = std::ranges::any_of(line, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
  return control ? "has a control character" : nullptr;
}

const char* read_double_quoted(std::string_view inner, std::string& out) {
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] == '"') return "has text behind its closing quote";
    if (inner[i] == '\\') {
      ++i;
      if (i == inner.size()) return "has no closing quote";
      if (std::string_view("\"\\$`").find(inner[i]) == std::string_view::npos)
        return "has a backslash that is not before \", \\, $ or `; use single quotes";
    }
    out += inner[i];
  }
  return nullptr;
}

const char* read_quoted(std::string_view value, std::string& out) {
  const char quote = value.front();
  if (value.size() < 2 || value.back() != quote)
    return value.find(quote, 1) == std::string_view::npos ? "has no closing quote"
                                                          : "has text behind its closing quote";
  const auto inner = value.substr(1, value.size() - 2);
  if (quote == '"') return read_double_quoted(inner, out);
  if (inner.find('\'') != std::string_view::npos) return "has text behind its closing quote";
  out = inner;
  return nullptr;
}

/// Reads a value into `out`; what is wrong with it, or null.
const char* read_value(std::string_view value, std::string& out) {
  if (value.empty()) return nullptr;
  if (value.front() == '"' || value.front() == '\'') return read_quoted(value, out);
  if (is_blank(value.front())) return "has a space after the \"=\"";
  if (is_blank(value.back())) return "ends with white space; remove it, or quote the value";
  if (value.find('\\') != std::string_view::npos)
    return "has a backslash in an unquoted value; put the value into single quotes";
  if (value.find(" #") != std::string_view::npos || value.find("\t#") != std::string_view::npos)
    return "has \" #\" in an unquoted value; put a comment on its own line, or quote the value";
  out = value;
  return nullptr;
}

/// Reads one line into `file`; what is wrong with it, or null.
const char* read_line(std::string_view line, std::size_t number, SettingsFile& file) {
  if (const char* wrong = bad_characters(line)) return wrong;
  if (std::ranges::all_of(line, is_blank) || line.front() == '#') return nullptr;
  if (is_blank(line.front())) return "begins with white space; remove it";
  if (line.starts_with("export ")) return "begins with \"export\"; leave that word out";
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) return "is not NAME=value";
  const auto name = line.substr(0, equals);
  if (is_blank(line[equals == 0 ? 0 : equals - 1])) return "has a space before the \"=\"";
  if (!is_name(name)) return "does not begin with the name of a setting (A-Z, 0-9, _)";

  std::string value;
  value.reserve(line.size());  // so that no reallocation leaves a copy behind
  const char* wrong = read_value(line.substr(equals + 1), value);
  auto secret = SettingText::take(value);
  if (!wrong)
    file.lines.push_back({.line = number, .name = std::string(name), .value = std::move(secret)});
  return wrong;
}

}  // namespace

SettingsFile parse_settings_file(std::string_view text) {
  SettingsFile file;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    if (const char* wrong = read_line(text.substr(0, end), number, file))
      file.problems.push_back({.line = number, .why = wrong});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return file;
}

}  // namespace claviger
