#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace claviger {

inline constexpr std::string_view kDefaultScopes = "read:all";

/// The stored form of a list of scopes: separated by single spaces, in the order given, each once.
/// Errors: unacceptable_field ("scopes") unless each is a scope-token of RFC 6749 §3.3 (printable
/// ASCII but space, '"' and '\') of at most 128 characters, and there are at most 64.
Result<std::string> join_scopes(const std::vector<std::string>& scopes);

/// Calls `each` for every scope of a stored list.
template <class Each>
void for_each_scope(std::string_view stored, Each each) {
  while (!stored.empty()) {
    const auto space = stored.find(' ');
    each(stored.substr(0, space));
    stored = space == std::string_view::npos ? std::string_view{} : stored.substr(space + 1);
  }
}

/// Whether a stored list holds this scope.
bool has_scope(std::string_view stored, std::string_view wanted);

/// The scopes of a stored list that another list has too, in the order of the first.
std::string common_scopes(std::string_view stored, std::string_view other);

/// What of a stored list a request's "scope" asks for (RFC 6749 §3.3), in the stored order; empty
/// asks for all. Errors: invalid_scope, if it asks for another.
Result<std::string> asked_scopes(std::string_view stored, std::string_view asked);

}  // namespace claviger
