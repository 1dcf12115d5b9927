#pragma once

#include <optional>

#include "store/sql/sql_store.h"
#include "store/sqlite/wal_index.h"
#include "store/sqlite/writer.h"

namespace claviger::sqlite {

/// The Store on SQLite: what the live view asks stands in live.cc, opening in sqlite_store.cc.
///
/// A file has a pool of connections that read and one that writes; ":memory:" is one connection
/// that does both, since its content is that connection's alone.
class Engine final : public sql::SqlStore {
 public:
  /// `writer` is the queue of the parts. `wal_index`: nullopt in memory.
  Engine(Parts parts, const Writer& writer, std::optional<WalIndex> wal_index)
      : SqlStore(std::move(parts)), writer_(writer), wal_index_(wal_index) {}

  Result<LiveRead> read_live(TokenId id, const Epoch& at_least) override;
  Result<KeysRead> read_keys(const Epoch& at_least) override;
  Result<LogPage> log_since(const Epoch& epoch) override;
  std::optional<ChangeMark> change_mark() const noexcept override;

 private:
  const Writer& writer_;
  std::optional<WalIndex> wal_index_;
};

}  // namespace claviger::sqlite
