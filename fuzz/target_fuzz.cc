// A request's target: the path that the router takes, and the query, both against plain readers.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/text.h"
#include "http/form_reader.h"
#include "http/router.h"
#include "require.h"

namespace claviger::http {
namespace {

struct Row {
  std::optional<Method> method;
  std::string_view pattern;
};

// The shapes of src/api/routes.cc.
constexpr std::array rows = {Row{Method::get, "/token"},
                             Row{std::nullopt, "/verify"},
                             Row{Method::post, "/token"},
                             Row{Method::delete_, "/token"},
                             Row{Method::get, "/users"},
                             Row{Method::get, "/users/{id}"},
                             Row{Method::patch, "/users/{id}"},
                             Row{Method::post, "/users/{id}/secret"},
                             Row{Method::delete_, "/users/{id}/tokens"},
                             Row{Method::delete_, "/users/{id}/tokens/{token_id}"}};
constexpr Router router(rows);
constexpr std::array methods = {Method::get,   Method::head,    Method::post,    Method::put,
                                Method::patch, Method::delete_, Method::options, Method::other};

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> out;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;) {
    out.push_back(path.substr(0, slash));
    path.remove_prefix(slash + 1);
    slash = path.find('/');
  }
  out.push_back(path);
  return out;
}

bool matches_plainly(std::string_view pattern, std::string_view path) {
  const auto wanted = segments(pattern);
  const auto given = segments(path);
  if (wanted.size() != given.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (wanted[i].starts_with('{') ? given[i].empty() : wanted[i] != given[i]) return false;
  return true;
}

/// The path that a pattern makes of its parameters.
std::string filled(std::string_view pattern, const Match& match) {
  std::string out;
  std::size_t parameter = 0;
  for (const auto segment : segments(pattern.substr(1))) {
    out += '/';
    out += segment.starts_with('{') ? match.parameters[parameter++] : segment;
  }
  return out;
}

bool is_allowed(std::string_view allow, Method method) {
  const auto list = ", " + std::string(allow) + ",";
  return list.find(" " + std::string(method_name(method)) + ",") != std::string::npos;
}

void check_path(std::string_view path) {
  bool exists = false;
  bool any = false;
  for (const auto& row : rows) {
    exists = exists || matches_plainly(row.pattern, path);
    any = any || (!row.method && matches_plainly(row.pattern, path));
  }
  const auto allow = router.allow(path);
  for (const auto method : methods) {
    const auto match = router.match(method, path);
    switch (match.outcome) {
      case Match::Outcome::found:
        require(matches_plainly(rows[match.row].pattern, path));
        require(filled(rows[match.row].pattern, match) == path);
        require(any || is_allowed(allow, method));
        break;
      case Match::Outcome::not_found:
        require(!exists);
        break;
      case Match::Outcome::method_not_allowed:
        require(exists && !any && !is_allowed(allow, method));
        break;
      case Match::Outcome::options:
        require(method == Method::options && is_allowed(allow, method));
        break;
    }
  }
}

std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const std::uint8_t byte = static_cast<unsigned char>(c);
    out += "%" + hex({&byte, 1});
  }
  return out;
}

struct Texts {
  std::string name, value;
  bool operator==(const Texts&) const = default;
};

/// All fields of a query; nothing if it is malformed.
std::optional<std::vector<Texts>> read_all(std::string_view query) {
  std::vector<char> room(query.size());
  QueryCursor cursor(query, room);
  std::vector<Texts> all;
  while (const auto pair = cursor.next()) {
    require(is_utf8(pair->name) && is_utf8(pair->value));
    require(pair->name.size() + pair->value.size() <= query.size());
    all.push_back({std::string(pair->name), std::string(pair->value)});
  }
  require(!cursor.next());
  if (cursor.is_malformed()) return std::nullopt;
  return all;
}

void check_query(std::string_view query) {
  const auto all = read_all(query);
  const auto fields = read_query(query);
  require(all.has_value() == fields.has_value());
  if (!all) return;
  std::string again;
  for (const auto& [name, value] : *all) again += encoded(name) + "=" + encoded(value) + "&";
  require(read_all(again) == all);
  for (const auto& pair : *all) {
    const auto text = fields->text(pair.name);
    const bool once = std::ranges::count(*all, pair.name, &Texts::name) == 1;
    require(text.has_value() == once && (!once || **text == pair.value));
  }
}

void run(std::string_view target) {
  const auto mark = std::min(target.find('?'), target.size());
  check_path(target.substr(0, mark));
  check_query(target.substr(std::min(mark + 1, target.size())));
}

}  // namespace
}  // namespace claviger::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  claviger::http::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
