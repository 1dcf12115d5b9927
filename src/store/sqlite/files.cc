#include "store/sqlite/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

#include "base/bytes.h"
#include "crypto/running_hash.h"

namespace claviger::sqlite {
namespace {

constexpr std::size_t block_bytes = 1 << 20;
constexpr std::size_t digest_chars = 64;

tl::unexpected<Error> cannot(const char* what, const std::string& path) {
  return fail(Code::storage_unavailable, fmt::format("\"{}\" cannot be {}: {}.", path, what,
                                                     std::generic_category().message(errno)));
}

Status sync(const std::string& path, int flags) {
  const Descriptor file(::open(path.c_str(), flags | O_CLOEXEC));
  if (!file.is_open() || ::fsync(file.get()) != 0) return cannot_write(path);
  return {};
}

bool write_all(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

/// The name as sha256sum writes it: a line that begins with a backslash has some in the name.
std::string digest_line(const std::string& path, const FileDigest& digest) {
  const auto name = std::filesystem::path(path).filename().string();
  std::string written;
  for (const char c : name) written += c == '\\' ? "\\\\" : c == '\n' ? "\\n" : std::string(1, c);
  return fmt::format("{}{}  {}\n", written == name ? "" : "\\", hex(digest), written);
}

}  // namespace

tl::unexpected<Error> cannot_write(const std::string& path) {
  if (errno == EEXIST)
    return fail(Code::conflict, fmt::format("There is a file \"{}\" already.", path));
  return cannot("written", path);
}

tl::unexpected<Error> cannot_read(const std::string& path) {
  return cannot("read", path);
}

Descriptor::~Descriptor() {
  const int error = errno;  // which may still have to be told
  if (fd_ >= 0) ::close(fd_);
  errno = error;
}

Status sync_file(const std::string& path) {
  return sync(path, O_RDWR);
}

Status sync_folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  return sync(folder.empty() ? "." : folder.string(), O_RDONLY | O_DIRECTORY);
}

Result<FileDigest> digest_file(const std::string& path, const BytesRead& told, int copy) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return cannot_read(path);
  RunningHash digest;
  std::vector<std::uint8_t> block(block_bytes);
  std::int64_t done = 0;
  while (true) {
    const auto size = ::read(file.get(), block.data(), block.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return cannot_read(path);
    if (size == 0) return digest.finish();
    const ByteView bytes(block.data(), static_cast<std::size_t>(size));
    digest.update(bytes);
    if (copy >= 0 && !write_all(copy, bytes)) return cannot("copied", path);
    done += size;
    if (told) told(done);
  }
}

std::string digest_path(const std::string& path) {
  return path + ".sha256";
}

Status write_digest(const std::string& path, const FileDigest& digest) {
  const auto target = digest_path(path);
  const Descriptor file(
      ::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, owner_only));
  if (!file.is_open()) return cannot_write(target);
  if (!write_all(file.get(), bytes_of(digest_line(path, digest))) || ::fsync(file.get()) != 0) {
    auto failure = cannot_write(target);
    ::unlink(target.c_str());
    return failure;
  }
  return sync_folder_of(target);
}

Result<std::optional<FileDigest>> read_digest(const std::string& path) {
  const auto source = digest_path(path);
  std::error_code error;
  if (!std::filesystem::exists(source, error)) return std::optional<FileDigest>{};
  std::ifstream file(source);
  std::string line;
  std::getline(file, line);
  if (line.starts_with('\\')) line.erase(0, 1);
  FileDigest digest{};
  const bool ends =
      line.size() == digest_chars || (line.size() > digest_chars && line[digest_chars] == ' ');
  if (!ends || !hex_decode(line.substr(0, digest_chars), digest))
    return fail(
        Code::storage_unavailable,
        fmt::format("\"{}\" does not begin with a SHA-256, as sha256sum writes it.", source));
  return std::optional(digest);
}

}  // namespace claviger::sqlite
