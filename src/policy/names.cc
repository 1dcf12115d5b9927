#include "policy/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace claviger {
namespace {

/// U+0000–U+001F and U+007F–U+009F; the latter's second half is C2 80–C2 9F in UTF-8.
bool has_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) return true;
    if (c == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
  }
  return false;
}

/// The characters of Unicode's White_Space that are not controls.
constexpr std::array<std::string_view, 19> kSpaces = {
    " ",      "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
    "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a",
    "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};

bool has_space_around(std::string_view text) {
  return std::ranges::any_of(kSpaces, [&](std::string_view space) {
    return text.starts_with(space) || text.ends_with(space);
  });
}

}  // namespace

Status check_name(std::string_view field, std::string_view text, std::size_t most) {
  if (!is_utf8(text)) return fail(unacceptable(field, "must be well-formed UTF-8"));
  const auto length = utf8_length(text);
  if (length < 1 || length > most)
    return fail(unacceptable(field, fmt::format("must have 1 to {} characters", most)));
  if (has_control(text)) return fail(unacceptable(field, "must not have control characters"));
  if (has_space_around(text))
    return fail(unacceptable(field, "must not start or end with white space"));
  return {};
}

}  // namespace claviger
