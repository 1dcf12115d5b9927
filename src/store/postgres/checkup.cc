#include "store/postgres/checkup.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "store/postgres/durability.h"
#include "store/postgres/hosts.h"
#include "store/postgres/migrations.h"

namespace claviger {
namespace postgres {
namespace {

using Severity = DatabaseFinding::Severity;
using Findings = std::vector<DatabaseFinding>;

constexpr std::chrono::milliseconds deadline{10'000};
constexpr std::int64_t connections_of_node = 12;  // as docs/cluster.md says
constexpr std::int64_t skew_warned_ms = 2'000;
constexpr std::int64_t skew_refused_ms = 60'000;  // a token from further ahead is refused

/// A count that is 0 where all is well.
struct Check {
  Severity severity;
  const char* count;
  const char* wrong;
  const char* right;
};

constexpr std::array of_any_database{
    Check{Severity::error,
          "SELECT count(*) FROM pg_settings WHERE name = 'server_version_num'"
          " AND setting::bigint < 150000",
          "its PostgreSQL is older than 15", "upgrade it"},
    Check{Severity::error,
          "SELECT count(*) FROM pg_database WHERE datname = current_database()"
          " AND pg_encoding_to_char(encoding) <> 'UTF8'",
          "its encoding is not UTF8", "make a new one: createdb --encoding=UTF8"},
    Check{Severity::error, "SELECT pg_is_in_recovery()::int::bigint", "it is a standby",
          "name the primary in the URL, or all hosts"},
    Check{Severity::error,
          "SELECT count(*) FROM pg_settings WHERE name = 'synchronous_standby_names'"
          " AND setting <> '' AND NOT EXISTS (SELECT 1 FROM pg_stat_replication)",
          "synchronous_standby_names is set and no standby is connected: each change waits for one",
          "start the standby, or empty the setting"},
    Check{Severity::note,
          "SELECT count(*) FROM pg_settings WHERE name = 'synchronous_commit'"
          " AND reset_val NOT IN ('on', 'remote_apply')",
          "synchronous_commit is not on; Claviger's own connections set it, but a change by hand "
          "can be lost",
          "set it to on"},
    Check{Severity::note, "SELECT count(*) FROM pg_roles WHERE rolname = current_user AND rolsuper",
          "the role is a superuser", "give Claviger a role that owns its tables, and no more"},
    Check{Severity::error,
          "SELECT (current_schema() IS NULL OR NOT has_schema_privilege(current_schema(),"
          " 'USAGE'))::int::bigint",
          "the role may not use the schema", "GRANT USAGE, CREATE ON SCHEMA … TO the role"},
};

constexpr std::array of_new_tables{
    Check{Severity::error,
          "SELECT (NOT coalesce(has_schema_privilege(current_schema(), 'CREATE'),"
          " false))::int::bigint",
          "there are no tables yet, and the role may not make them",
          "GRANT CREATE ON SCHEMA … TO the role"},
};

#define OWN_TABLES                                                                              \
  "FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace ="                                  \
  " (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('fence_counter'))"               \
  " AND c.relname IN ('migrations', 'meta', 'clients', 'users', 'tokens', 'fence_counter', "    \
  "'fence_log',"                                                                                \
  " 'fence_members', 'audit_trail', 'audit_log', 'keys_seen', 'administrators', 'admin_links'," \
  " 'admin_sessions')"

constexpr std::array of_tables{
    Check{Severity::error,
          "SELECT count(*) " OWN_TABLES " AND NOT (has_table_privilege(c.oid, 'SELECT')"
          " AND has_table_privilege(c.oid, 'INSERT') AND has_table_privilege(c.oid, 'UPDATE')"
          " AND has_table_privilege(c.oid, 'DELETE'))",
          "the role may not read and write all of Claviger's tables",
          "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA … TO the role"},
    Check{Severity::warning,
          "SELECT count(*) " OWN_TABLES " AND NOT pg_has_role(c.relowner, 'USAGE')",
          "the role does not own the tables: a newer version cannot bring the schema up to date",
          "ALTER TABLE … OWNER TO the role, or migrate as their owner"},
    Check{Severity::warning,
          "SELECT count(*) " OWN_TABLES " AND has_table_privilege('public', c.oid, 'SELECT')",
          "every role of the server may read Claviger's tables",
          "REVOKE ALL ON ALL TABLES IN SCHEMA … FROM PUBLIC"},
    Check{Severity::warning,
          "SELECT (to_regclass('fence_counter') IS NOT NULL)::int * (7 - count(*))"
          " FROM pg_trigger t WHERE t.tgenabled IN ('O', 'A')"
          " AND t.tgname IN ('clients_changed', 'clients_deleted', 'users_changed',"
          " 'users_deleted', 'tokens_changed', 'tokens_deleted', 'keys_retired')"
          " AND t.tgrelid IN (SELECT c.oid " OWN_TABLES ")",
          "triggers are missing or off: nodes do not see changes that are made by hand",
          "ALTER TABLE … ENABLE TRIGGER ALL, or restore them"},
};

#undef OWN_TABLES

template <class Checks>
void run_checks(Connection& db, const Checks& checks, Findings& found) {
  for (const auto& check : checks)
    if (db.number(check.count).value_or(0) > 0)
      found.push_back({check.severity, check.wrong, check.right});
}

void check_durability(Connection& db, Findings& found) {
  for (auto& risk : durability_risks(db)) {
    if (risk.text.ends_with('.')) risk.text.pop_back();
    found.push_back({Severity::warning, std::move(risk.text), std::move(risk.remedy)});
  }
}

void check_encryption(const Connection& db, Findings& found) {
  const auto transport = db.transport();
  if (transport.is_local) return;
  if (!transport.is_encrypted)
    found.push_back({Severity::warning, "the connection is not encrypted",
                     "turn ssl on at the server, and add sslmode=verify-full to the URL"});
  else if (!transport.is_verified)
    found.push_back({Severity::warning, "the connection is encrypted, but to whoever answers",
                     "add sslmode=verify-full to the URL, and sslrootcert if need be"});
}

/// Connections of all nodes and one more, against what the server lets in.
void check_connections(Connection& db, Findings& found) {
  const auto nodes = db.number("SELECT count(*) FROM fence_members").value_or(0);
  const auto most =
      db.number(
            "SELECT least((SELECT setting::bigint FROM pg_settings WHERE name = 'max_connections')"
            " - (SELECT setting::bigint FROM pg_settings WHERE name ="
            "  'superuser_reserved_connections'),"
            " (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user),"
            " (SELECT nullif(datconnlimit, -1) FROM pg_database"
            "  WHERE datname = current_database()))::bigint")
          .value_or(connections_of_node * (nodes + 1));
  const auto wanted = connections_of_node * (nodes + 1);
  if (most >= wanted) return;
  found.push_back({most < connections_of_node ? Severity::error : Severity::warning,
                   fmt::format("it lets {} connections in; {} nodes and one that starts need {}",
                               most, nodes, wanted),
                   "raise max_connections, or the limit of the role or the database"});
}

void check_clock(Connection& db, const Clock& clock, Findings& found) {
  const auto before = unix_milliseconds(clock.now());
  const auto there = db.number("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint");
  const auto after = unix_milliseconds(clock.now());
  if (!there) return;
  const auto behind = std::max<std::int64_t>(0, before - *there);
  const auto ahead = std::max<std::int64_t>(0, *there - after);
  const auto skew = std::max(behind, ahead);
  if (skew < skew_warned_ms) return;
  found.push_back({skew < skew_refused_ms ? Severity::warning : Severity::error,
                   fmt::format("its clock is {} s {} this machine's", skew / 1'000,
                               ahead > 0 ? "ahead of" : "behind"),
                   "run NTP on both: tokens expire by the nodes' clocks, and one that was issued "
                   "more than 60 s ahead is refused"});
}

/// The nodes that hold leases, as `cluster status` lists them.
void check_members(Connection& db, Findings& found) {
  const auto rows = db.prepare(
      "SELECT m.label, f.epoch - m.acknowledged FROM fence_members m, fence_counter f"
      " WHERE m.acknowledged < f.epoch ORDER BY 1");
  if (!rows) return;
  for (auto next = (*rows)->next(); next && *next; next = (*rows)->next())
    found.push_back(
        {Severity::note,
         fmt::format("node {} is {} epochs behind", (*rows)->bytes(0), (*rows)->number(1)),
         "see claviger cluster status again; if it stays so and the node is gone, the next "
         "revocation removes it"});
}

void check_schema(Connection& db, const Environment& environment, Findings& found) {
  const auto before = found.size();
  run_checks(db, of_tables, found);
  const auto version = schema_version(db);
  if (!version) {
    if (found.size() > before && found[before].severity == Severity::error) return;  // no rights
    const auto& error = version.error();
    found.push_back({Severity::error, error.cause.empty() ? error.detail : error.cause,
                     "name a database of Claviger's, or use a newer program"});
    return;
  }
  const auto newest = static_cast<int>(migrations().size());
  if (*version == 0) {
    found.push_back({Severity::note, "it has no tables yet", "the first start makes them"});
    return run_checks(db, of_new_tables, found);
  }
  if (*version < newest)
    found.push_back(
        {Severity::note,
         fmt::format("its schema has version {}, and this program's is {}", *version, newest),
         "the next start brings it up to date"});
  // An environment's name has no character that needs quoting.
  if (db.number(
            fmt::format("SELECT count(*) FROM meta WHERE environment <> '{}'", environment.name()))
          .value_or(0) > 0)
    found.push_back({Severity::error, "it belongs to another environment",
                     "give each environment a database of its own"});
}

}  // namespace
}  // namespace postgres

std::vector<DatabaseFinding> examine_postgres(const std::string& url,
                                              const Environment& environment, const Clock& clock) {
  using namespace postgres;
  const auto hosts = hosts_of(url);
  if (!hosts)
    return {{DatabaseFinding::Severity::error,
             hosts.error().cause.empty() ? hosts.error().detail : hosts.error().cause,
             "see docs/cluster.md"}};
  auto found = examine_hosts(url, *hosts);
  const auto opened = Connection::open({.url = url, .deadline = deadline});
  if (!opened) {
    found.insert(
        found.begin(),
        {DatabaseFinding::Severity::error,
         fmt::format("no server that accepts writes can be used ({})", opened.error().cause),
         "start the primary, or mend host, role and password (PGPASSFILE)"});
    return found;
  }
  auto& db = **opened;
  check_encryption(db, found);
  run_checks(db, of_any_database, found);
  check_durability(db, found);
  check_schema(db, environment, found);
  check_connections(db, found);
  check_clock(db, clock, found);
  check_members(db, found);  // last: a prepared statement begins the pipeline, which ends the rest
  return found;
}

}  // namespace claviger
