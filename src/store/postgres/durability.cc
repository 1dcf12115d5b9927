#include "store/postgres/durability.h"

#include <array>

namespace claviger::postgres {
namespace {

/// A count that is 0 where all is well.
struct Check {
  const char* count;
  const char* text;
  const char* remedy;
};

// Who may not look at other sessions sees of a standby that it is there, and no more.
constexpr std::array risks{
    Check{"SELECT count(*) FROM pg_settings WHERE name = 'fsync' AND setting = 'off'",
          "fsync is off: a crash of its machine can lose acknowledged changes, or all.",
          "set it to on"},
    Check{"SELECT count(*) FROM pg_settings WHERE name = 'full_page_writes' AND setting = 'off'",
          "full_page_writes is off: a crash of its machine can damage the database.",
          "set it to on"},
    Check{"SELECT count(*) FROM pg_stat_replication, pg_settings"
          " WHERE name = 'synchronous_standby_names' AND setting = ''",
          "Its standbys are asynchronous (synchronous_standby_names is empty): promoting one can "
          "lose acknowledged revocations.",
          "name them in synchronous_standby_names (docs/cluster.md)"},
};

}  // namespace

std::vector<Risk> durability_risks(Connection& db) {
  std::vector<Risk> found;
  for (const auto& risk : risks)
    if (db.number(risk.count).value_or(0) > 0) found.push_back({risk.text, risk.remedy});
  return found;
}

}  // namespace claviger::postgres
