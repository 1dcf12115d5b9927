#pragma once

#include <cstdint>
#include <string>

#include "store/restore.h"
#include "store/sqlite/connection.h"

namespace claviger::sqlite {

// What a database that is replaced knows, and the backup in its place does not. The connection is
// to the backup's copy, in a transaction; the replaced one is attached to it under the name "old".

/// How the replaced database's history goes with the backup's.
struct Lineage {
  bool is_same = false;       // both are of one database
  bool is_later = false;      // the replaced one was the backup, some time ago
  bool was_restored = false;  // and was itself restored since
  /// Whether what is missing in the replaced one was taken out of it.
  bool tells_all() const { return is_later && !was_restored; }
};
Result<Lineage> compare_lineage(Connection& db);

/// Takes back in the backup what the replaced database says was taken back since, or, `as_it_was`,
/// counts it alone. Keys that were retired are retired in any case.
Result<TakenBackSince> carry_over(Connection& db, const Lineage& lineage, bool as_it_was,
                                  Instant now);

/// Lets the backup's audit trail go on with the replaced database's rows, if they fit behind its
/// own; returns how many. Errors: invalid_token, if they are not what was written.
Result<std::int64_t> carry_audit(Connection& db);

/// Checks each row of a schema's audit trail behind a point against the hash before it, and returns
/// the last. Errors: invalid_token.
Result<AuditPoint> check_chain(Connection& db, const std::string& schema, AuditPoint behind,
                               const RestoreProgress& progress);

}  // namespace claviger::sqlite
