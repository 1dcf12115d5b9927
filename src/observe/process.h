#pragma once

#include <cstdint>
#include <optional>

namespace claviger {

/// What the system says of this process.
struct ProcessUse {
  double cpu_seconds = 0;  // of all its threads
  std::int64_t resident_bytes = 0;
  std::int64_t open_files = 0;
};

/// nullopt: /proc cannot be read.
std::optional<ProcessUse> process_use();

}  // namespace claviger
