#include "store/postgres/hosts.h"

#include <fmt/format.h>

#include <memory>
#include <string_view>
#include <utility>

#include "store/postgres/libpq.h"

namespace claviger::postgres {
namespace {

using Severity = DatabaseFinding::Severity;

constexpr std::chrono::milliseconds deadline{5'000};

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const auto comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

/// The part of that place; a list of one is for all places.
std::string at(const std::vector<std::string>& parts, std::size_t place) {
  if (parts.size() == 1) return parts.front();
  return place < parts.size() ? parts[place] : std::string();
}

std::string name_of(const HostChoice& host) {
  const auto& name = host.host.empty() ? host.address : host.host;
  return host.port.empty() ? name : fmt::format("{}:{}", name, host.port);
}

}  // namespace

Result<std::vector<HostChoice>> hosts_of(const std::string& url) {
  TRY_STATUS(load_libpq());
  char* problem = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&::PQconninfoFree)> parsed(
      pq().conninfoParse(url.c_str(), &problem), pq().conninfoFree);
  // What libpq says of it may repeat the password.
  if (problem != nullptr) pq().freemem(problem);
  if (!parsed) return fail(Code::storage_unavailable, "libpq does not understand the URL.");
  const auto value = [&](std::string_view keyword) -> std::vector<std::string> {
    for (const auto* option = parsed.get(); option->keyword != nullptr; ++option)
      if (option->keyword == keyword && option->val != nullptr) return split(option->val);
    return {""};
  };
  const auto names = value("host");
  const auto addresses = value("hostaddr");
  const auto ports = value("port");
  std::vector<HostChoice> hosts;
  for (std::size_t i = 0; i < std::max(names.size(), addresses.size()); ++i)
    hosts.push_back({.host = names.size() > 1 || i == 0 ? at(names, i) : "",
                     .address = addresses.size() > 1 || i == 0 ? at(addresses, i) : "",
                     .port = at(ports, i),
                     .is_only = true});
  return hosts;
}

std::vector<DatabaseFinding> examine_hosts(const std::string& url,
                                           const std::vector<HostChoice>& hosts) {
  std::vector<DatabaseFinding> found;
  std::vector<std::string> primaries;
  if (hosts.size() < 2) return found;
  for (const auto& host : hosts) {
    const auto db = Connection::open({.url = url, .deadline = deadline, .host = host});
    const auto name = name_of(host);
    if (!db) {
      found.push_back({.severity = Severity::warning,
                       .wrong = fmt::format("host {} cannot be used ({})", name, db.error().cause),
                       .right = "mend it, or take it out of the URL"});
      continue;
    }
    const auto is_standby = (*db)->number("SELECT pg_is_in_recovery()::int::bigint").value_or(0);
    const auto is_read_only =
        (*db)->number("SELECT (current_setting('transaction_read_only') = 'on')::int::bigint");
    if (is_standby == 0) primaries.push_back(name);
    if (is_standby == 1)
      found.push_back({.severity = Severity::note,
                       .wrong = fmt::format("host {} is a standby", name),
                       .right = "nodes use it when it is promoted"});
    else if (is_read_only.value_or(0) == 1)
      found.push_back({.severity = Severity::warning,
                       .wrong = fmt::format("host {} is a primary that accepts no writes", name),
                       .right = "set default_transaction_read_only to off"});
    else
      found.push_back({.severity = Severity::note,
                       .wrong = fmt::format("host {} is a primary", name),
                       .right = "nodes use it"});
  }
  if (primaries.size() > 1)
    found.push_back(
        {.severity = Severity::error,
         .wrong = fmt::format("{} hosts say that they are the primary", primaries.size()),
         .right = "end the one that was replaced: what is written there is lost"});
  return found;
}

}  // namespace claviger::postgres
