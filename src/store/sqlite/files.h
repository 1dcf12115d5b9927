#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"

namespace claviger::sqlite {

inline constexpr unsigned owner_only = 0600;

/// errno, about a file that could not be written. Errors: conflict if there is one already; else
/// storage_unavailable.
tl::unexpected<Error> cannot_write(const std::string& path);
/// errno, about a file that could not be read: storage_unavailable.
tl::unexpected<Error> cannot_read(const std::string& path);

/// A descriptor that is closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

/// Makes what is in a file durable.
Status sync_file(const std::string& path);
/// The same of the names in the folder that a file is in.
Status sync_folder_of(const std::string& path);

using FileDigest = std::array<std::uint8_t, 32>;
/// Told how many bytes were read so far.
using BytesRead = std::function<void(std::int64_t bytes)>;
/// SHA-256 over a file. With `copy`, a descriptor, what was read is written there.
Result<FileDigest> digest_file(const std::string& path, const BytesRead& told = {}, int copy = -1);

/// FILE.sha256, as sha256sum(1) writes and checks it.
std::string digest_path(const std::string& path);
/// Writes it, durably. Errors: conflict, if there is one; storage_unavailable.
Status write_digest(const std::string& path, const FileDigest& digest);
/// Reads it; nullopt: there is none. Errors: storage_unavailable, if it is none.
Result<std::optional<FileDigest>> read_digest(const std::string& path);

}  // namespace claviger::sqlite
