#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace claviger {

/// What a backup came to.
struct Backup {
  int schema_version = 0;
  std::int64_t size_bytes = 0;
  std::array<std::uint8_t, 32> digest{};  // SHA-256 of the file
};

/// Copies a database, which may be in use, as it is at one moment, into `target`, a new file (mode
/// 0600). It is there whole and durable, and was read through, or not at all: it grows under the
/// name `target` + ".part". Its digest is in
/// `target` + ".sha256" as well, which comes last. Errors: conflict if there is such a file;
/// storage_unavailable.
Result<Backup> back_up_sqlite(const std::string& path, const std::string& target);

}  // namespace claviger
