#include "base/email.h"

#include <algorithm>

#include "base/limits.h"

namespace claviger {
namespace {

bool may_stand_in_address(char c) {
  constexpr std::string_view refused = "\"(),:;<>[]\\";
  return c > ' ' && c <= '~' && refused.find(c) == std::string_view::npos;
}

}  // namespace

std::optional<Email> Email::parse(std::string_view text) {
  const auto at = text.find('@');
  const bool is_one = at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
                      text.find('@', at + 1) == std::string_view::npos;
  if (!is_one || text.size() > limits::email_chars ||
      !std::ranges::all_of(text, may_stand_in_address))
    return std::nullopt;
  std::string lower(text);
  for (auto& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return Email(std::move(lower));
}

}  // namespace claviger
