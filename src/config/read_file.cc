#include "config/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/units.h"

namespace claviger {
namespace {

constexpr std::size_t file_bytes_max = 64 * KiB;

struct File {
  int fd;
  ~File() {
    if (fd >= 0) ::close(fd);
  }
};

tl::unexpected<std::string> unreadable() {
  return tl::unexpected<std::string>(std::generic_category().message(errno));
}

}  // namespace

tl::expected<SettingText, std::string> read_stream(int fd, StreamEnd end) {
  std::string text(file_bytes_max + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto got = ::read(fd, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      wipe(text);
      return unreadable();
    }
    size += static_cast<std::size_t>(got);
    if (got == 0 || (end == StreamEnd::newline && text[size - 1] == '\n')) break;
  }
  if (size > file_bytes_max) {
    wipe(text);
    return tl::unexpected<std::string>("larger than 64 KiB");
  }
  text.resize(size);
  return SettingText::take(text);
}

tl::expected<FileText, std::string> read_small_file(const std::string& path) {
  const File file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)};
  struct stat about {};
  if (file.fd < 0 || ::fstat(file.fd, &about) != 0) return unreadable();
  if (!S_ISREG(about.st_mode) && !S_ISFIFO(about.st_mode))
    return tl::unexpected<std::string>("not a regular file");
  return read_stream(file.fd, StreamEnd::end_of_file).map([&](SettingText&& text) {
    return FileText{.text = std::move(text), .mode = about.st_mode & 07777};
  });
}

}  // namespace claviger
