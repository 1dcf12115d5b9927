#pragma once

#include <memory>
#include <string>

#include "base/environment.h"
#include "base/result.h"
#include "observe/log.h"
#include "store/sql/copy.h"
#include "store/store.h"

namespace claviger {

struct PostgresOptions {
  /// As libpq takes it. It may hold a password: it is never logged.
  std::string url;
  Environment environment;  // stamped into a new database, and required of an old one (ENV-1)
  bool warn = false;        // in the log, of a server that is set up to lose what it has committed
};

/// Opens a database, and brings its schema up to date. Errors: wrong_environment;
/// storage_unavailable if it cannot be reached, is not in UTF-8 or has a newer schema. `log` must
/// outlive the store.
Result<std::unique_ptr<Store>> open_postgres(const PostgresOptions& options, Log& log);

/// Where a database's schema stands.
struct PostgresSchema {
  int version = 0;  // 0: it has none
  int newest = 0;   // what this program brings it to
};
/// Looks, and changes nothing.
Result<PostgresSchema> postgres_schema(const std::string& url);

/// Opens a database that is up to date for sql::copy to read.
Result<std::unique_ptr<sql::Connection>> open_postgres_source(const std::string& url);
/// Opens one for sql::copy to fill. Errors: as of open_postgres.
Result<sql::CopyTarget> open_postgres_target(const std::string& url,
                                             const Environment& environment);

}  // namespace claviger
