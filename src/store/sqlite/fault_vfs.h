#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace claviger::sqlite {

/// What is wrong with the disk under the file layer "faulty".
struct Faults {
  std::atomic<bool> full{false};             // no file takes a write
  std::atomic<bool> log_sync_fails{false};   // syncing the write-ahead log
  std::atomic<bool> file_sync_fails{false};  // syncing the database file
};
inline Faults faults;

namespace fault_vfs {

struct File {
  sqlite3_file base;
  bool is_log;
  sqlite3_file* real;  // behind this object, in the same allocation
};
inline File* file_of(sqlite3_file* file) {
  return reinterpret_cast<File*>(file);
}
inline sqlite3_file* real_of(sqlite3_file* file) {
  return file_of(file)->real;
}
inline sqlite3_vfs* unix_vfs() {
  return sqlite3_vfs_find("unix");
}

inline int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
  if (faults.full) return SQLITE_FULL;
  return real_of(file)->pMethods->xWrite(real_of(file), data, size, at);
}
inline int sync(sqlite3_file* file, int flags) {
  const bool fails = file_of(file)->is_log ? faults.log_sync_fails : faults.file_sync_fails;
  if (fails) return SQLITE_IOERR_FSYNC;
  return real_of(file)->pMethods->xSync(real_of(file), flags);
}

/// A method that only passes a call on.
template <auto method, class... Args>
auto pass_on(sqlite3_file* file, Args... args) {
  return (real_of(file)->pMethods->*method)(real_of(file), args...);
}
using M = sqlite3_io_methods;
inline const sqlite3_io_methods methods{
    .iVersion = 2,
    .xClose = pass_on<&M::xClose>,
    .xRead = pass_on<&M::xRead, void*, int, sqlite3_int64>,
    .xWrite = write,
    .xTruncate = pass_on<&M::xTruncate, sqlite3_int64>,
    .xSync = sync,
    .xFileSize = pass_on<&M::xFileSize, sqlite3_int64*>,
    .xLock = pass_on<&M::xLock, int>,
    .xUnlock = pass_on<&M::xUnlock, int>,
    .xCheckReservedLock = pass_on<&M::xCheckReservedLock, int*>,
    .xFileControl = pass_on<&M::xFileControl, int, void*>,
    .xSectorSize = pass_on<&M::xSectorSize>,
    .xDeviceCharacteristics = pass_on<&M::xDeviceCharacteristics>,
    .xShmMap = pass_on<&M::xShmMap, int, int, int, void volatile**>,
    .xShmLock = pass_on<&M::xShmLock, int, int, int>,
    .xShmBarrier = pass_on<&M::xShmBarrier>,
    .xShmUnmap = pass_on<&M::xShmUnmap, int>,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

inline int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* self = file_of(file);
  self->real = reinterpret_cast<sqlite3_file*>(self + 1);
  self->is_log = (flags & SQLITE_OPEN_WAL) != 0;
  const int code = unix_vfs()->xOpen(unix_vfs(), name, self->real, flags, out_flags);
  self->base.pMethods = self->real->pMethods ? &methods : nullptr;
  return code;
}

}  // namespace fault_vfs

/// Makes the file layer "faulty" known to SQLite.
inline void register_fault_vfs() {
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs copy = *fault_vfs::unix_vfs();
    copy.pNext = nullptr;
    copy.zName = "faulty";
    copy.szOsFile += static_cast<int>(sizeof(fault_vfs::File));
    copy.xOpen = fault_vfs::open;
    return copy;
  }();
  sqlite3_vfs_register(&vfs, 0);
}

}  // namespace claviger::sqlite
