#pragma once

#include <cstddef>
#include <cstdint>

namespace claviger::postgres {

/// The statements of the fence, whose texts stand in fence_queries.cc.
enum class FenceQuery : std::uint8_t {
  lock_writes,  // by which each transaction that writes begins
  lease,
  listen,
  join,                 // incarnation, label
  renew,                // incarnation
  soft_commit,          // the transaction's commit need not reach the standby
  acknowledge,          // incarnation, epoch, stamp
  acknowledged_by_all,  // the first epoch, how many at most
  members,
  note_key,  // incarnation, kid
  member_keys,
  remove,  // incarnation, renewals
  leave,   // incarnation
};
inline constexpr std::size_t fence_query_count = static_cast<std::size_t>(FenceQuery::leave) + 1;

/// The text of a query.
const char* sql_of(FenceQuery query);

}  // namespace claviger::postgres
