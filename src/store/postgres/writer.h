#pragma once

#include "observe/log.h"
#include "store/postgres/connection.h"
#include "store/sql/commit_queue.h"
#include "store/sql/connection_pool.h"

namespace claviger::postgres {

/// The writes of this process, on the one connection that writes. In the whole cluster one
/// transaction writes at a time, so that each sees all that was committed before it.
class Writer final : public sql::CommitQueue {
 public:
  /// `connections` holds that one.
  Writer(sql::ConnectionPool& connections, Log& log) : connections_(connections), log_(log) {}
  ~Writer() override = default;

 private:
  Status transaction(const Work& body, std::size_t writes) override;
  static Status attempt(Connection& db, const Work& body);

  sql::ConnectionPool& connections_;
  Log& log_;
};

}  // namespace claviger::postgres
