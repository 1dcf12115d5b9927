#include "store/sqlite/replacement.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace claviger::sqlite {
namespace {

// sqlite.org/fileformat2.html, "The Lock-Byte Page": whoever has a database open in WAL mode, or
// reads or writes it in another, has a lock on some of these.
constexpr off_t lock_bytes_begin = 0x40000000;
constexpr off_t lock_bytes = 512;
constexpr int names_max = 1'000;
constexpr std::array beside{"-wal", "-shm", "-journal"};

tl::unexpected<Error> in_use(const std::string& path) {
  return fail(
      Code::conflict,
      fmt::format("A server or another command has the database \"{}\" open: end it first.", path));
}

bool is_same_file(int fd, const std::string& path) {
  struct stat open {
  }, named{};
  return ::fstat(fd, &open) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

/// Opens the database and keeps all others away; closed: there is none.
Result<Descriptor> lock_database(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file.is_open() && errno == ENOENT) return file;
  if (!file.is_open()) return cannot_write(path);
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = lock_bytes_begin;
  lock.l_len = lock_bytes;
  if (::fcntl(file.get(), F_OFD_SETLK, &lock) != 0) {
    if (errno == EAGAIN || errno == EACCES) return in_use(path);
    return cannot_write(path);
  }
  if (!is_same_file(file.get(), path)) return in_use(path);  // another restore was faster
  return file;
}

/// Makes the new file, or empties what an interrupted restore left of one.
Result<Descriptor> claim_part(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, owner_only));
  if (!file.is_open()) return cannot_write(path);
  // Whoever had the lock may have put the file in the database's place meanwhile.
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0 || !is_same_file(file.get(), path))
    return fail(Code::conflict, "Another restore of this database is under way.");
  if (::ftruncate(file.get(), 0) != 0 || ::fchmod(file.get(), owner_only) != 0)
    return cannot_write(path);
  for (const auto* suffix : beside) ::unlink((path + suffix).c_str());
  return file;
}

std::string name_of(const std::string& path, Instant now, int number) {
  auto time = rfc3339(now);
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  return fmt::format("{}.before-restore-{}{}", path, time,
                     number == 0 ? "" : fmt::format("-{}", number));
}

}  // namespace

Result<Replacement> Replacement::begin(const std::string& path) {
  std::error_code error;
  const auto found = std::filesystem::canonical(path, error);
  const auto real = error ? path : found.string();
  auto old = TRY(lock_database(real));
  auto part = TRY(claim_part(real + ".restoring"));
  return Replacement(real, std::move(old), std::move(part));
}

Replacement::Replacement(std::string path, Descriptor old, Descriptor part)
    : path_(std::move(path)),
      part_path_(path_ + ".restoring"),
      old_(std::move(old)),
      part_(std::move(part)) {}

Replacement::~Replacement() {
  if (!part_.is_open() || part_path_.empty()) return;
  ::unlink(part_path_.c_str());
  for (const auto* suffix : beside) ::unlink((part_path_ + suffix).c_str());
}

/// That of the old one, or of the folder: root restores what another user serves.
Status Replacement::set_owner() {
  struct stat wanted {
  }, own{};
  auto folder = std::filesystem::path(path_).parent_path().string();
  if (folder.empty()) folder = ".";
  const int looked = has_old() ? ::fstat(old_.get(), &wanted) : ::stat(folder.c_str(), &wanted);
  if (looked != 0 || ::fstat(part_.get(), &own) != 0) return cannot_write(part_path_);
  const bool may_differ = !has_old() && ::geteuid() != 0;
  if (may_differ || (own.st_uid == wanted.st_uid && own.st_gid == wanted.st_gid)) return {};
  if (::fchown(part_.get(), wanted.st_uid, wanted.st_gid) != 0) return cannot_write(part_path_);
  return {};
}

/// A second name for the old one, so that no moment is without a database.
Result<std::string> Replacement::keep_old(Instant now) {
  forget_links();
  for (int number = 0; number < names_max; ++number) {
    auto kept = name_of(path_, now, number);
    if (::link(path_.c_str(), kept.c_str()) == 0) return kept;
    if (errno != EEXIST) return cannot_write(kept);
  }
  return cannot_write(name_of(path_, now, names_max));
}

/// Names that an interrupted restore gave the old one: it went on being the database.
void Replacement::forget_links() {
  const std::filesystem::path whole(path_);
  const auto folder = whole.parent_path().empty() ? "." : whole.parent_path();
  const auto start = whole.filename().string() + ".before-restore-";
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().filename().string().starts_with(start) &&
        is_same_file(old_.get(), entry.path().string()))
      ::unlink(entry.path().c_str());
}

/// What stands beside the old one must not be taken for the new one's.
Status Replacement::keep_beside(const std::string& kept, bool is_whole) {
  for (const auto* suffix : beside) {
    const auto file = path_ + suffix;
    const int moved =
        is_whole ? ::unlink(file.c_str()) : ::rename(file.c_str(), (kept + suffix).c_str());
    if (moved != 0 && errno != ENOENT) return cannot_write(file);
  }
  return {};
}

Result<std::string> Replacement::put_in_place(Instant now, bool is_whole) {
  for (const auto* suffix : beside) ::unlink((part_path_ + suffix).c_str());
  TRY_STATUS(set_owner());
  if (::fsync(part_.get()) != 0) return cannot_write(part_path_);
  std::string kept;
  if (has_old()) {
    kept = TRY(keep_old(now));
    TRY_STATUS(keep_beside(kept, is_whole));
    TRY_STATUS(sync_folder_of(path_));
  }
  // Where there was none, a server may have made one meanwhile.
  const unsigned flags = has_old() ? 0 : RENAME_NOREPLACE;
  if (::renameat2(AT_FDCWD, part_path_.c_str(), AT_FDCWD, path_.c_str(), flags) != 0) {
    if (errno == EEXIST) return in_use(path_);
    return cannot_write(path_);
  }
  part_path_.clear();
  TRY_STATUS(sync_folder_of(path_));
  return kept;
}

}  // namespace claviger::sqlite
