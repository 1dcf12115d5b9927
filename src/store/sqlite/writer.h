#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "observe/log.h"
#include "store/sql/commit_queue.h"
#include "store/sql/connection_pool.h"
#include "store/sqlite/checkpointer.h"

namespace claviger::sqlite {

/// The writes of this process, on the one connection that writes.
class Writer final : public sql::CommitQueue {
 public:
  /// `connections` holds that one; they are an Engine's, and outlive this.
  Writer(sql::ConnectionPool& connections, Log& log) : connections_(connections), log_(log) {}
  ~Writer() override = default;

  /// Has the log looked after by a thread with that connection. Before the first write.
  void checkpoint_by(std::unique_ptr<Connection> db);

  /// Refuses all later writes: what is on disk is not known. A restart finds out.
  void refuse_writes(const std::string& cause);

  /// How many transactions were committed.
  std::uint64_t commits() const { return commits_.load(std::memory_order_acquire); }

 private:
  Status transaction(const Work& body, std::size_t writes) override;
  Status write(Connection& db, const Work& body);
  Status refusal();

  sql::ConnectionPool& connections_;
  Log& log_;
  std::atomic<std::uint64_t> commits_{0};
  std::atomic<bool> refusing_{false};
  std::optional<Checkpointer> checkpointer_;  // goes first: it tells this of failures
};

}  // namespace claviger::sqlite
