#include "store/sqlite/backup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "store/sqlite/connection.h"
#include "store/sqlite/files.h"
#include "store/sqlite/migrations.h"

namespace claviger {
namespace sqlite {
namespace {

/// A new file, which is removed unless it is kept under another name.
class PartFile {
 public:
  static Result<PartFile> create(std::string path) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, owner_only);
    if (fd < 0) return cannot_write(path);
    ::close(fd);
    return PartFile(std::move(path));
  }
  PartFile(PartFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;
  ~PartFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  const std::string& path() const { return path_; }
  /// Makes it durable, and gives it its name if no other file has that.
  Status keep(const std::string& target) {
    TRY_STATUS(sync_file(path_));
    if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) != 0)
      return cannot_write(target);
    path_ = target;
    TRY_STATUS(sync_folder_of(target));
    path_.clear();
    return {};
  }

 private:
  explicit PartFile(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

/// Reads all of the copy: a page that cannot be read, or does not belong there, is found now.
Result<Backup> verified(const std::string& path) {
  auto db = TRY(Connection::open({.path = path, .read_only = true}));
  const auto faults =
      TRY(db->number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"));
  if (faults != 0)
    return fail(Code::storage_unavailable,
                "The copy is damaged, and so is the database: see PRAGMA integrity_check.");
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return cannot_write(path);
  return Backup{.schema_version = TRY(schema_version(*db)),
                .size_bytes = status.st_size,
                .digest = TRY(digest_file(path))};
}

}  // namespace
}  // namespace sqlite

Result<Backup> back_up_sqlite(const std::string& path, const std::string& target) {
  using namespace sqlite;
  auto db = TRY(Connection::open({.path = path}));
  if (TRY(schema_version(*db)) == 0)
    return fail(Code::storage_unavailable, "There is nothing in the database yet.");
  std::error_code error;
  for (const auto& taken : {target, digest_path(target)}) {
    if (!std::filesystem::exists(taken, error)) continue;
    errno = EEXIST;
    return cannot_write(taken);
  }
  auto part = TRY(PartFile::create(target + ".part"));
  TRY_STATUS(db->vacuum_into(part.path()));
  const auto backup = TRY(verified(part.path()));
  TRY_STATUS(part.keep(target));
  TRY_STATUS(write_digest(target, backup.digest));
  return backup;
}

}  // namespace claviger
