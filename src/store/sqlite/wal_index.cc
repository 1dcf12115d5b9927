#include "store/sqlite/wal_index.h"

#include <sqlite3.h>

namespace claviger::sqlite {
namespace {

constexpr int region_bytes = 32'768;  // the size that SQLite maps the index in

// Words of 8 bytes in the header. Within one run of the log the number of frames only grows; each
// new run has new salts; so no two commits have the same words.
constexpr int change_counter = 1;  // bytes 8–15: counter of transactions, flags
constexpr int frames = 2;          // bytes 16–23: mxFrame, pages of the database
constexpr int salts = 4;           // bytes 32–39

}  // namespace

Result<WalIndex> WalIndex::of(const Connection& db) {
  sqlite3_file* file = nullptr;
  volatile void* region = nullptr;
  // SQLite's own mapping: opening the -shm file once more and closing it would drop its locks.
  int code = sqlite3_file_control(db.handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (code == SQLITE_OK && file->pMethods->iVersion >= 2) {
    code = file->pMethods->xShmMap(file, 0, region_bytes, 0, &region);
  }
  if (code != SQLITE_OK || !region) {
    return fail(Code::storage_unavailable, "The database's shared memory cannot be used.");
  }
  return WalIndex(static_cast<volatile std::uint64_t*>(region));
}

ChangeMark WalIndex::mark() const noexcept {
  return {{__atomic_load_n(words_ + change_counter, __ATOMIC_ACQUIRE),
           __atomic_load_n(words_ + frames, __ATOMIC_ACQUIRE),
           __atomic_load_n(words_ + salts, __ATOMIC_ACQUIRE)}};
}

}  // namespace claviger::sqlite
