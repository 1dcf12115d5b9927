#pragma once

#include <cstdint>

#include "base/result.h"
#include "store/sqlite/connection.h"
#include "store/store.h"

namespace claviger::sqlite {

/// The header of the write-ahead log's index, in the memory that all processes with this database
/// open share (sqlite.org/walformat.html, section 2.1). Each commit of each of them changes it.
class WalIndex {
 public:
  /// `db` has read in WAL mode, and stays open for as long as the result is used.
  static Result<WalIndex> of(const Connection& db);
  /// Lock-free, a few nanoseconds.
  ChangeMark mark() const noexcept;

 private:
  explicit WalIndex(const volatile std::uint64_t* words) : words_(words) {}
  const volatile std::uint64_t* words_;
};

}  // namespace claviger::sqlite
