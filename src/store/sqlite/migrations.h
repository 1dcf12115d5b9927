#pragma once

#include <span>
#include <string>

#include "base/environment.h"
#include "base/result.h"
#include "store/sqlite/connection.h"

namespace claviger::sqlite {

/// One step of the schema: src/store/migrations/NNNN_name.sqlite.sql.
struct Migration {
  int version;
  const char* name;
  const char* sql;
};
/// All of them, version 1 first, without gaps. (The build writes them from the files.)
std::span<const Migration> migrations();

/// The version of a database's schema; 0 if the file is empty. Fails for a file that is not
/// Claviger's, and for a schema newer than this program knows.
Result<int> schema_version(Connection& db);
/// Brings the schema up to date, in one transaction. Safe from several processes at once.
Status migrate(Connection& db, const Environment& environment);
/// The same within a transaction that writes and that the caller ends.
Status migrate_within(Connection& db, const Environment& environment);
/// Fails if the database belongs to another environment (ENV-1).
Status check_environment(Connection& db, const std::string& path, const Environment& environment);

}  // namespace claviger::sqlite
