#include "observe/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace claviger {
namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

std::optional<ProcessUse> process_use() {
  std::ifstream statm("/proc/self/statm");  // proc(5): pages in all, then pages in memory
  std::int64_t all = 0;
  std::int64_t resident = 0;
  rusage used{};
  std::error_code failed;
  const std::filesystem::directory_iterator files("/proc/self/fd", failed);
  if (!(statm >> all >> resident) || ::getrusage(RUSAGE_SELF, &used) != 0 || failed)
    return std::nullopt;
  return ProcessUse{.cpu_seconds = seconds_of(used.ru_utime) + seconds_of(used.ru_stime),
                    .resident_bytes = resident * ::sysconf(_SC_PAGESIZE),
                    .open_files = std::distance(begin(files), end(files)) - 1};  // not its own
}

}  // namespace claviger
