#include "store/sqlite/backup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "store/sqlite/connection.h"
#include "store/sqlite/migrations.h"

namespace claviger {
namespace sqlite {
namespace {

constexpr mode_t owner_only = 0600;

tl::unexpected<Error> cannot_write(const std::string& path) {
  const int error = errno;
  if (error == EEXIST)
    return fail(Error{.code = Code::conflict,
                      .detail = fmt::format("There is a file \"{}\" already.", path)});
  return fail(Error{.code = Code::storage_unavailable,
                    .detail = fmt::format("\"{}\" cannot be written: {}.", path,
                                          std::generic_category().message(error))});
}

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
    TRY_STATUS(sync(path_, O_RDWR));
    if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) != 0)
      return cannot_write(target);
    path_ = target;
    const auto folder = std::filesystem::path(target).parent_path();
    TRY_STATUS(sync(folder.empty() ? "." : folder.string(), O_RDONLY | O_DIRECTORY));
    path_.clear();
    return {};
  }

 private:
  explicit PartFile(std::string path) : path_(std::move(path)) {}

  static Status sync(const std::string& path, int flags) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
    if (fd < 0) return cannot_write(path);
    const bool is_synced = ::fsync(fd) == 0;
    const int error = errno;
    ::close(fd);
    errno = error;
    if (!is_synced) return cannot_write(path);
    return {};
  }

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
  return Backup{.schema_version = TRY(schema_version(*db)), .size_bytes = status.st_size};
}

}  // namespace
}  // namespace sqlite

Result<Backup> back_up_sqlite(const std::string& path, const std::string& target) {
  using namespace sqlite;
  auto db = TRY(Connection::open({.path = path}));
  if (TRY(schema_version(*db)) == 0)
    return fail(Code::storage_unavailable, "There is nothing in the database yet.");
  std::error_code error;
  if (std::filesystem::exists(target, error)) {
    errno = EEXIST;
    return cannot_write(target);
  }
  auto part = TRY(PartFile::create(target + ".part"));
  TRY_STATUS(db->vacuum_into(part.path()));
  const auto backup = TRY(verified(part.path()));
  TRY_STATUS(part.keep(target));
  return backup;
}

}  // namespace claviger
