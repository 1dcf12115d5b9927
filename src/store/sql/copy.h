#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/environment.h"
#include "base/result.h"
#include "store/copy.h"
#include "store/sql/connection.h"

namespace claviger::sql {

/// The database that is written. A transaction has begun in it, which nobody else can write beside,
/// and has brought its schema up to date. It ends by `commit`, or without a trace with `db`.
struct CopyTarget {
  std::unique_ptr<Connection> db;
  /// Statements that run behind the last row: what the engine keeps in other tables than the rest.
  std::vector<std::string> last;
  std::function<Status(Connection&)> commit;
};

/// Copies all tables from one database, in which a read transaction has begun, into one without
/// rows, reads them back, and commits. Nothing is held but some hundred rows. Errors:
/// wrong_environment; conflict if there are rows in the target, or the source was written to
/// meanwhile; storage_unavailable, also if what is read back is not what was read. After an error
/// the target is as before, unless the outcome of the commit is not known.
Result<std::vector<CopiedTable>> copy(Connection& from, CopyTarget& to,
                                      const Environment& environment, const CopyProgress& progress);

}  // namespace claviger::sql
