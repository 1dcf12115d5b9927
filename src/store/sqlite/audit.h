#pragma once

#include "audit/event.h"
#include "store/sqlite/connection.h"

namespace claviger::sqlite {

/// Adds the event to the audit trail, in the transaction that `db` is in: the row is there exactly
/// if the change is (AUD-1).
Status append_audit(Connection& db, const AuditEvent& event);

}  // namespace claviger::sqlite
