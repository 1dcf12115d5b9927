#include "http/trace.h"

#include <algorithm>

#include "base/text.h"

namespace claviger::http {
namespace {

// version "-" trace-id "-" parent-id "-" trace-flags (W3C Trace Context §3.2)
constexpr std::size_t size = 55;

bool is_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) {
  return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

std::optional<Trace> parse(std::string_view value) {
  if (value.size() < size) return std::nullopt;
  const auto version = value.substr(0, 2);
  const Trace trace{.trace_id = value.substr(3, 32), .parent_id = value.substr(36, 16)};
  const bool has_dashes = value[2] == '-' && value[35] == '-' && value[52] == '-';
  // A later version may say more, behind one more dash (§3.2.4); ff is none.
  const bool ends = value.size() == size || (version != "00" && value[size] == '-');
  if (!has_dashes || !ends || !is_hex(version) || version == "ff") return std::nullopt;
  if (!is_id(trace.trace_id) || !is_id(trace.parent_id) || !is_hex(value.substr(53, 2)))
    return std::nullopt;
  return trace;
}

}  // namespace

std::optional<Trace> trace_of(std::span<const Header> headers) {
  const auto is_traceparent = [](const Header& header) {
    return equal_ignoring_case(header.name, "traceparent");
  };
  const auto found = std::ranges::find_if(headers, is_traceparent);
  if (found == headers.end()) return std::nullopt;
  if (std::any_of(found + 1, headers.end(), is_traceparent)) return std::nullopt;
  return parse(found->value);
}

}  // namespace claviger::http
