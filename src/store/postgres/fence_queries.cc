#include "store/postgres/fence_queries.h"

namespace claviger::postgres {

const char* sql_of(FenceQuery query) {
  switch (query) {
    // One writer at a time in the whole cluster: the audit trail is a chain, and epochs are in the
    // order of commits (docs/decisions/0082).
    case FenceQuery::lock_writes:
      return "SELECT 1 FROM audit_trail FOR UPDATE";
    case FenceQuery::lease:
      return "SELECT lease_ms FROM meta";
    case FenceQuery::listen:
      return "LISTEN claviger_fence";
    case FenceQuery::join:
      return "INSERT INTO fence_members (incarnation, label) VALUES ($1, $2)";
    case FenceQuery::renew:
      return "UPDATE fence_members SET renewals = renewals + 1 WHERE incarnation = $1";
    case FenceQuery::soft_commit:
      return "SET LOCAL synchronous_commit = off";
    case FenceQuery::acknowledge:
      return "UPDATE fence_members SET acknowledged = $2"
             " WHERE incarnation = $1 AND acknowledged < $2"
             " AND ($2 = 0 OR EXISTS (SELECT 1 FROM fence_log WHERE epoch = $2 AND stamp = $3))";
    case FenceQuery::acknowledged_by_all:
      return "SELECT epoch, stamp FROM fence_log WHERE epoch BETWEEN $1 AND"
             " (SELECT coalesce(min(acknowledged), 9223372036854775807) FROM fence_members)"
             " ORDER BY epoch LIMIT $2";
    case FenceQuery::members:
      return "SELECT incarnation, label, renewals, acknowledged,"
             " (SELECT epoch FROM fence_counter) - acknowledged FROM fence_members"
             " ORDER BY label, incarnation";
    case FenceQuery::note_key:
      return "INSERT INTO fence_member_keys (incarnation, kid) SELECT incarnation, $2::text"
             " FROM fence_members WHERE incarnation = $1 ON CONFLICT DO NOTHING";
    case FenceQuery::member_keys:
      return "SELECT incarnation, kid,"
             " (extract(epoch FROM clock_timestamp() - loaded_at) * 1000)::bigint"
             " FROM fence_member_keys";
    case FenceQuery::remove:
      return "DELETE FROM fence_members WHERE incarnation = $1 AND renewals = $2";
    case FenceQuery::leave:
      break;
  }
  return "DELETE FROM fence_members WHERE incarnation = $1";
}

}  // namespace claviger::postgres
