#pragma once

#include <span>

#include "base/environment.h"
#include "base/result.h"
#include "store/postgres/connection.h"

namespace claviger::postgres {

/// A step from one schema version to the next. Those that exist stand in store/migrations.
struct Migration {
  int version;
  const char* name;
  const char* sql;
};
std::span<const Migration> migrations();

/// The version of a database's schema; 0: it has none. Errors: storage_unavailable, if it is newer
/// than this program, or the tables are not Claviger's.
Result<int> schema_version(Connection& db);

/// Brings the schema up to date, one node at a time, in one transaction, and stamps a new database
/// with the environment. Errors: wrong_environment if it has another's stamp (ENV-1).
Status migrate(Connection& db, const Environment& environment);
/// The same within a transaction that the caller begins and ends.
Status migrate_within(Connection& db, const Environment& environment);

}  // namespace claviger::postgres
