#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/request.h"

namespace claviger::http {

/// What a path and method lead to.
struct Match {
  enum class Outcome : std::uint8_t {
    found,
    not_found,
    method_not_allowed,  // 405 with `Router::allow(path)`
    options,             // 204 with `Router::allow(path)`
  };
  Outcome outcome = Outcome::not_found;
  std::size_t row = 0;                              // found: the index of the row
  std::array<std::string_view, 2> parameters = {};  // found: what stands for each "{…}"
};

/// The method's name, as in Allow.
constexpr std::string_view method_name(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::delete_:
      return "DELETE";
    case Method::options:
      return "OPTIONS";
    case Method::other:
      break;
  }
  return {};
}

/// Whether `path` has the shape of `pattern`: equal segments, where a segment "{name}" of the
/// pattern stands for any one that is not empty. Tells what those are.
constexpr bool matches(std::string_view pattern, std::string_view path,
                       std::array<std::string_view, 2>& parameters) {
  std::size_t parameter = 0;
  while (true) {
    const auto brace = pattern.find('{');
    if (brace == std::string_view::npos) return path == pattern;
    if (path.substr(0, brace) != pattern.substr(0, brace)) return false;
    path.remove_prefix(brace);
    const auto segment = path.substr(0, path.find('/'));
    if (segment.empty()) return false;
    parameters[parameter++] = segment;
    path.remove_prefix(segment.size());
    pattern.remove_prefix(pattern.find('}') + 1);
  }
}

/// Finds the row of a table for a method and path. A row has a `pattern` like
/// "/users/{id}/tokens" and a `method`: a Method, or std::optional<Method> where none means any.
/// HEAD leads to GET's row, and OPTIONS to an answer of its own, unless rows say otherwise. Rows
/// are tried in order: put the busiest first.
template <class Row, std::size_t N>
class Router {
 public:
  constexpr explicit Router(const std::array<Row, N>& rows) : rows_(rows) {
    for (std::size_t i = 0; i < N; ++i) {
      const std::string_view pattern = rows_[i].pattern;
      has_parameters_[i] = pattern.find('{') != std::string_view::npos;
    }
  }

  constexpr Match match(Method method, std::string_view path) const {
    bool path_exists = false;
    bool get_row_exists = false;
    Match get_match;
    for (std::size_t i = 0; i < N; ++i) {
      Match candidate{Match::Outcome::found, i, {}};
      if (!row_matches(i, path, candidate.parameters)) continue;
      const std::optional<Method> wanted = rows_[i].method;
      if (!wanted || *wanted == method) return candidate;
      path_exists = true;
      if (*wanted == Method::get) {
        get_row_exists = true;
        get_match = candidate;
      }
    }
    if (method == Method::head && get_row_exists) return get_match;
    if (method == Method::options && (path_exists || path == "*"))
      return {Match::Outcome::options, 0, {}};
    return {path_exists ? Match::Outcome::method_not_allowed : Match::Outcome::not_found, 0, {}};
  }

  /// The value of Allow for a path (RFC 9110 §10.2.1); for "*", what any path has.
  std::string allow(std::string_view path) const {
    std::array<bool, static_cast<std::size_t>(Method::other)> allowed{};
    allowed[static_cast<std::size_t>(Method::options)] = true;
    for (std::size_t i = 0; i < N; ++i) {
      std::array<std::string_view, 2> parameters;
      if (path != "*" && !row_matches(i, path, parameters)) continue;
      const std::optional<Method> method = rows_[i].method;
      if (!method || *method == Method::other) continue;
      allowed[static_cast<std::size_t>(*method)] = true;
      if (*method == Method::get) allowed[static_cast<std::size_t>(Method::head)] = true;
    }
    std::string text;
    for (std::size_t m = 0; m < allowed.size(); ++m) {
      if (!allowed[m]) continue;
      if (!text.empty()) text += ", ";
      text += method_name(static_cast<Method>(m));
    }
    return text;
  }

  /// Whether some path and method would lead to two rows. For a static_assert.
  constexpr bool is_ambiguous() const {
    for (std::size_t i = 0; i < N; ++i)
      for (std::size_t j = i + 1; j < N; ++j)
        if (methods_meet(rows_[i].method, rows_[j].method) &&
            patterns_meet(rows_[i].pattern, rows_[j].pattern))
          return true;
    return false;
  }

 private:
  constexpr bool row_matches(std::size_t row, std::string_view path,
                             std::array<std::string_view, 2>& parameters) const {
    const std::string_view pattern = rows_[row].pattern;
    return has_parameters_[row] ? matches(pattern, path, parameters) : path == pattern;
  }

  static constexpr bool methods_meet(std::optional<Method> a, std::optional<Method> b) {
    return !a || !b || *a == *b;
  }

  static constexpr bool patterns_meet(std::string_view a, std::string_view b) {
    while (!a.empty() && !b.empty()) {
      const auto segment_a = a.substr(0, a.find('/', 1));
      const auto segment_b = b.substr(0, b.find('/', 1));
      if (segment_a != segment_b && !segment_a.starts_with("/{") && !segment_b.starts_with("/{"))
        return false;
      a.remove_prefix(segment_a.size());
      b.remove_prefix(segment_b.size());
    }
    return a.empty() && b.empty();
  }

  std::array<Row, N> rows_;
  std::array<bool, N> has_parameters_{};
};

}  // namespace claviger::http
