#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/environment.h"
#include "base/result.h"
#include "observe/log.h"
#include "store/sql/copy.h"
#include "store/store.h"

namespace claviger {

struct SqliteOptions {
  std::string path;         // of the file, or ":memory:"
  Environment environment;  // stamped into a new database, and required of an old one (ENV-1)
  bool create = true;       // false: a file that does not exist is an error
  std::string vfs{};        // SQLite's file layer; empty: its own. Tests put faults there.
};

/// Opens a database, makes it if need be (mode 0600, never wider), and brings its schema up to
/// date. Errors: wrong_environment; storage_unavailable for a file that cannot be opened, is not
/// Claviger's, or has a newer schema. `log` must outlive the store.
Result<std::unique_ptr<Store>> open_sqlite(const SqliteOptions& options, Log& log);

/// Where a database's schema stands.
struct SqliteSchema {
  int version = 0;  // 0: the file is empty
  int newest = 0;   // what this program brings it to
};
/// Looks, and changes nothing.
Result<SqliteSchema> sqlite_schema(const std::string& path);

/// Opens a database that is up to date for sql::copy to read.
Result<std::unique_ptr<sql::Connection>> open_sqlite_source(const std::string& path);
/// Opens one for sql::copy to fill; makes the file if need be. Errors: as of open_sqlite.
Result<sql::CopyTarget> open_sqlite_target(const std::string& path, const Environment& environment);

}  // namespace claviger
