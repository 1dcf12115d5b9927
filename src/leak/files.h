#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "leak/report.h"

namespace claviger {

/// Told from time to time how many of how many files are done; by one thread alone.
using ScanProgress = std::function<void(std::int64_t done, std::int64_t total)>;

/// Searches files, folders and what is below them, and standard input ("-"), with so many threads.
/// Below a folder neither symbolic links nor special files are read, nor what is in .git; what is
/// named is read whatever it is. Leaks come in the order of paths.
LeakReport scan_files(const std::vector<std::string>& paths, std::size_t threads,
                      const ScanProgress& progress);

}  // namespace claviger
