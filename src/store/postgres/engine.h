#pragma once

#include <optional>

#include "store/sql/sql_store.h"

namespace claviger::postgres {

/// The Store on PostgreSQL: what the live view asks stands in live.cc, opening in
/// postgres_store.cc.
class Engine final : public sql::SqlStore {
 public:
  explicit Engine(Parts parts) : SqlStore(std::move(parts)) {}

  Result<LiveRead> read_live(TokenId id, const Epoch& at_least) override;
  Result<KeysRead> read_keys(const Epoch& at_least) override;
  Result<LogPage> log_since(const Epoch& epoch) override;
  std::optional<ChangeMark> change_mark() const noexcept override { return std::nullopt; }
};

}  // namespace claviger::postgres
