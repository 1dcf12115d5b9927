#include "http/basic.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/text.h"
#include "http/form_reader.h"

namespace claviger::http {
namespace {

constexpr std::string_view kScheme = "basic";

/// Decodes canonical base64 with padding (RFC 4648 §4) into `out`, which has room for twice the
/// text.
std::optional<std::string_view> base64_decode(std::string_view text, char* out) {
  if (text.size() % 4 != 0 || text.find_first_of("-_") != std::string_view::npos)
    return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  char* const end = std::transform(text.begin(), text.end(), out, [](char c) {
    if (c == '+') return '-';
    return c == '/' ? '_' : c;
  });
  auto* const to = reinterpret_cast<std::uint8_t*>(end);
  const auto size = base64url_decode({out, text.size()}, {to, text.size()});
  if (!size) return std::nullopt;
  return std::string_view(end, *size);
}

}  // namespace

bool is_basic(std::string_view authorization) {
  return equal_ignoring_case(authorization.substr(0, authorization.find(' ')), kScheme);
}

std::optional<BasicCredentials> parse_basic(std::string_view authorization) {
  if (!is_basic(authorization)) return std::nullopt;
  authorization.remove_prefix(kScheme.size());
  authorization.remove_prefix(std::min(authorization.find_first_not_of(' '), authorization.size()));
  // Room for the text in base64url, decoded, and decoded once more.
  Arena arena(authorization.size() * 3);
  const auto pair = base64_decode(authorization, arena.data());
  if (!pair) return std::nullopt;
  const auto colon = pair->find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  char* const room = arena.data() + authorization.size() * 2;
  const auto name = form_decode(pair->substr(0, colon), room);
  const auto secret = form_decode(pair->substr(colon + 1), room + colon);
  if (!name || !secret) return std::nullopt;
  return BasicCredentials{.arena = std::move(arena), .name = *name, .secret = *secret};
}

}  // namespace claviger::http
