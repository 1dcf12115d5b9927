#include "config/values.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"

namespace claviger::values {
namespace {

constexpr std::size_t shown_bytes_max = 80;
constexpr std::size_t listen_addresses_max = 16;
constexpr std::size_t networks_max = 64;
constexpr unsigned ipv4_bits_min = 96 + 8;  // 10.0.0.0/8, the widest private one
constexpr unsigned ipv6_bits_min = 7;       // fc00::/7, likewise
constexpr std::string_view sqlite_scheme = "sqlite:";
constexpr std::string_view right_listen =
    "write ADDRESS:PORT with an IP address, such as 127.0.0.1:8003 or [::1]:8003, several "
    "separated by commas";
constexpr std::string_view right_networks =
    "write an IP address or a network in full, such as 192.0.2.10 or 10.0.0.0/8, several separated "
    "by commas";
constexpr std::string_view right_url =
    "write a URL such as https://auth.example.com; http is for this machine's loopback alone";
constexpr std::string_view right_emails =
    "write an address in ASCII, such as ada@example.com, several separated by commas";
constexpr std::string_view right_database =
    "write sqlite:PATH, such as sqlite:claviger.db, or postgresql://USER@HOST/DATABASE";

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

bool is_printable_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

/// What stands between commas.
std::vector<std::string_view> parts(std::string_view text) {
  std::vector<std::string_view> all;
  for (std::size_t start = 0; start <= text.size();) {
    const auto comma = std::min(text.find(',', start), text.size());
    all.push_back(text.substr(start, comma - start));
    start = comma + 1;
  }
  return all;
}

ValueError error(std::string wrong, std::string_view right) {
  return {std::move(wrong), std::string(right)};
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text.substr(0, shown_bytes_max));
  if (text.size() > shown_bytes_max) out += "...";
  return out;
}

std::optional<ValueError> whole_number(std::string_view text, std::int64_t low, std::int64_t high,
                                       std::string_view unit, std::int64_t& out) {
  const auto number = parse_decimal(text);
  if (number && *number >= low && *number <= high) {
    out = *number;
    return std::nullopt;
  }
  const char* what = !number         ? "is not a whole number"
                     : *number < low ? "is too low"
                                     : "is too high";
  return error(fmt::format("{} {}", quoted(text), what),
               fmt::format("give {} from {} to {}", unit, low, high));
}

std::optional<ValueError> endpoints(std::string_view text, std::vector<Endpoint>& out) {
  out.clear();
  for (const auto part : parts(text)) {
    const auto endpoint = parse_endpoint(part);
    if (!endpoint) return error(quoted(part) + " is not an address with a port", right_listen);
    if (endpoint->port != 0 && std::ranges::find(out, *endpoint) != out.end())
      return error(quoted(part) + " stands there twice", "name each address once");
    if (out.size() == listen_addresses_max)
      return error("more addresses than can be listened on",
                   fmt::format("give at most {}", listen_addresses_max));
    out.push_back(*endpoint);
  }
  return std::nullopt;
}

std::optional<ValueError> networks(std::string_view text, std::vector<Network>& out) {
  out.clear();
  for (const auto part : parts(text)) {
    const auto network = parse_network(part);
    if (!network) return error(quoted(part) + " is not an address or network", right_networks);
    if (network->bits < (is_ipv4(network->first) ? ipv4_bits_min : ipv6_bits_min))
      return error(quoted(part) + " would trust most of the world",
                   "name the machines, or a network that they alone are in");
    if (out.size() == networks_max)
      return error("more networks than can be named", fmt::format("give at most {}", networks_max));
    out.push_back(*network);
  }
  return std::nullopt;
}

std::optional<ValueError> emails(std::string_view text, std::vector<Email>& out) {
  out.clear();
  for (const auto part : parts(text)) {
    const auto email = Email::parse(part);
    if (!email) return error(quoted(part) + " is not an e-mail address", right_emails);
    if (std::ranges::find(out, *email) != out.end())
      return error(quoted(part) + " is named twice", "name each address once");
    if (out.size() == limits::administrators_in_settings)
      return error("more addresses than can be named",
                   fmt::format("give at most {}, and let them add the others",
                               limits::administrators_in_settings));
    out.push_back(*email);
  }
  return std::nullopt;
}

std::optional<ValueError> provider_url(std::string_view text, std::string& out) {
  const auto scheme = text.substr(0, text.find("://"));
  const auto rest = text.substr(std::min(scheme.size() + 3, text.size()));
  const auto authority = rest.substr(0, rest.find('/'));
  const auto host = authority.substr(
      0, authority.starts_with('[') ? authority.find(']') + 1 : authority.find(':'));
  const bool is_loopback = host == "127.0.0.1" || host == "[::1]" || host == "localhost";
  if (authority.empty() || text.find_first_of("@?# \\") != std::string_view::npos ||
      !is_printable_ascii(text))
    return error(quoted(text) + " is not a plain URL", right_url);
  if (scheme != "https" && !(scheme == "http" && is_loopback))
    return error(quoted(text) + " is not https", right_url);
  out = text;
  return std::nullopt;
}

std::optional<ValueError> public_url(std::string_view text, std::string& out) {
  if (text.ends_with('/')) text.remove_suffix(1);
  if (text.find('/', text.find("://") + 3) != std::string_view::npos)
    return error(quoted(text) + " has a path", "give scheme, host and port alone");
  return provider_url(text, out);
}

std::optional<ValueError> client_id(std::string_view text, std::string& out) {
  if (text.empty() || !is_printable_ascii(text))
    return error(quoted(text) + " is not a client id", "give it as the provider shows it");
  out = text;
  return std::nullopt;
}

// Does not show the text: it may hold a password.
std::optional<ValueError> database_url(std::string_view text, std::string& out) {
  if (text.starts_with("postgresql://") || text.starts_with("postgres://")) {
    if (has_control_character(text))
      return error("the URL has a control character", right_database);
    out = text;
    return std::nullopt;
  }
  if (!text.starts_with(sqlite_scheme))
    return error("the URL does not begin with sqlite: or postgresql://", right_database);
  const auto path = text.substr(sqlite_scheme.size());
  if (path.empty()) return error("there is no path after sqlite:", right_database);
  if (path == ":memory:")
    return error("a database in memory would forget every acknowledged change", right_database);
  if (has_control_character(path)) return error("the path has a control character", right_database);
  out = text;
  return std::nullopt;
}

bool has_password(std::string_view database_url) {
  const auto scheme = database_url.find("://");
  if (scheme == std::string_view::npos) return false;
  auto rest = database_url.substr(scheme + 3);
  const auto user = rest.substr(0, std::min(rest.find('/'), rest.size()));
  if (const auto at = user.find('@'); at != std::string_view::npos && user.find(':') < at)
    return true;
  const auto query = rest.find('?');
  rest = query == std::string_view::npos ? std::string_view{} : rest.substr(query + 1);
  while (!rest.empty()) {
    const auto parameter = rest.substr(0, rest.find('&'));
    const auto keyword = parameter.substr(0, parameter.find('='));
    // A keyword may be percent-encoded, which is of no use but to hide one.
    if (keyword.ends_with("password") || keyword.find('%') != std::string_view::npos) return true;
    rest.remove_prefix(std::min(parameter.size() + 1, rest.size()));
  }
  return false;
}

std::optional<ValueError> log_level(std::string_view text, LogLevel& out) {
  constexpr std::pair<std::string_view, LogLevel> levels[] = {{"debug", LogLevel::debug},
                                                              {"info", LogLevel::info},
                                                              {"warning", LogLevel::warning},
                                                              {"error", LogLevel::error}};
  for (const auto& [word, level] : levels) {
    if (text != word) continue;
    out = level;
    return std::nullopt;
  }
  return error(quoted(text) + " is not a level", "give one of debug, info, warning, error");
}

std::optional<ValueError> secret_text(std::string_view text) {
  if (is_utf8(text) && !has_control_character(text)) return std::nullopt;
  return error("the value has a control character or is not UTF-8",
               "give one line of printable text (and at most one newline at a file's end)");
}

}  // namespace claviger::values
