#pragma once

#include "audit/event.h"
#include "audit/trail_check.h"
#include "store/sql/connection.h"

namespace claviger::sql {

/// Adds the event to the audit trail, in the transaction that `db` is in: the row is there exactly
/// if the change is (AUD-1).
Status append_audit(Connection& db, const AuditEvent& event);

/// What is known of the trail as a whole, and where it begins.
Result<AuditTrail> read_trail(Connection& db);
/// Its newest row, or where it begins. Read anew each time: another process may have written since,
/// or a savepoint been undone.
Result<AuditPoint> read_tail(Connection& db);
/// The next columns of a row, in the order of the column list in queries.cc.
AuditRow read_audit_row(Rows& row);

}  // namespace claviger::sql
