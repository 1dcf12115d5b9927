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

std::string common_scopes(std::string_view stored, std::string_view other) {
  std::string list;
  for_each_scope(stored, [&](std::string_view scope) {
    if (!has_scope(other, scope)) return;
    if (!list.empty()) list += ' ';
    list += scope;
  });
  return list;
}

Result<std::string> asked_scopes(std::string_view stored, std::string_view asked) {
  if (asked.empty()) return std::string(stored);
  bool has_all = !asked.ends_with(' ');
  for_each_scope(asked,
                 [&](std::string_view scope) { has_all = has_all && has_scope(stored, scope); });
  if (!has_all)
    return fail(Code::invalid_scope, "The user does not have every scope that was asked for.");
  return common_scopes(stored, asked);
}

}  // namespace claviger
