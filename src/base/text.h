#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace claviger {

/// True if `text` is well-formed UTF-8: no surrogates, no overlong forms (RFC 3629).
bool is_utf8(std::string_view text);
/// The number of code points of well-formed UTF-8.
std::size_t utf8_length(std::string_view text);
/// Equal but for the case of ASCII letters.
bool equal_ignoring_case(std::string_view a, std::string_view b);
/// A decimal number without sign, spaces or leading zeros ("0" itself excepted); nullopt for
/// anything else and for what does not fit.
std::optional<std::int64_t> parse_decimal(std::string_view text);
/// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace claviger
