#include "policy/scopes.h"

#include <algorithm>

#include "base/limits.h"

namespace claviger {
namespace {

bool is_scope_token(std::string_view scope) {
  return !scope.empty() && scope.size() <= limits::scope_chars &&
         std::ranges::all_of(scope,
                             [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\'; });
}

}  // namespace

Result<std::string> join_scopes(const std::vector<std::string>& scopes) {
  if (scopes.size() > limits::scopes) return fail(unacceptable("scopes", "at most 64 scopes"));
  std::string stored;
  for (const auto& scope : scopes) {
    if (!is_scope_token(scope))
      return fail(unacceptable("scopes",
                               "each scope is 1 to 128 printable ASCII characters without space, "
                               "quote or backslash"));
    if (has_scope(stored, scope)) continue;
    if (!stored.empty()) stored += ' ';
    stored += scope;
  }
  return stored;
}

bool has_scope(std::string_view stored, std::string_view wanted) {
  bool found = false;
  for_each_scope(stored, [&](std::string_view scope) { found = found || scope == wanted; });
  return found;
}

}  // namespace claviger
