#include "observe/line_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace claviger {
namespace {

tl::unexpected<Error> failed(const std::string& path) {
  return fail(Code::storage_unavailable, "The file \"" + path + "\" cannot be written.",
              std::generic_category().message(errno));
}

}  // namespace

Status append_line(const std::string& path, std::string_view line) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return failed(path);
  const auto text = std::string(line) + "\n";  // in one piece: others may append too
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  Status status;
  // A pipe or a device takes the line and has nothing to sync.
  if (!written || (::fsync(fd) != 0 && errno != EINVAL)) status = failed(path);
  ::close(fd);
  return status;
}

}  // namespace claviger
