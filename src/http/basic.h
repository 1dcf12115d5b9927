#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "http/fields.h"

namespace claviger::http {

/// What "Authorization: Basic …" holds (RFC 7617), in memory that is wiped when it goes.
struct BasicCredentials {
  Arena arena;
  std::string_view name;
  std::string_view secret;
};

/// Whether the value of an Authorization header is of the scheme Basic, in any case.
bool is_basic(std::string_view authorization);

/// Reads such a value, name and secret form-encoded as RFC 6749 §2.3.1 has them. nullopt: it is
/// malformed.
std::optional<BasicCredentials> parse_basic(std::string_view authorization);

}  // namespace claviger::http
