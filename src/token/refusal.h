#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace claviger {

/// Why a token is refused. `kind` decides what the holder is told (RFC 6750 §3.1
/// error_description); `reason` tells the log which rule it was.
struct TokenRefusal {
  enum class Kind : std::uint8_t { malformed_or_not_ours, expired, unknown, revoked };
  Kind kind;
  std::string_view reason;       // static text
  std::string environment = {};  // the token's, if it names another one (ENV-2)
};

template <class T>
using Checked = tl::expected<T, TokenRefusal>;

/// "the token expired" and so on: the four descriptions of GET /token.
std::string_view description(TokenRefusal::Kind kind);

}  // namespace claviger
