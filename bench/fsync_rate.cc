// How many times a second the disk syncs what was appended to a file: the bound of a server that
// syncs each commit. Prints one number.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <string>

int main(int argc, char** argv) {
  std::string folder = ".";
  double seconds = 1;
  std::size_t bytes = 4096;
  CLI::App app(
      "Appends to a file and syncs it (fdatasync), again and again; prints syncs a second");
  app.add_option("folder", folder, "a folder on the disk in question");
  app.add_option("--seconds", seconds, "how long");
  app.add_option("--bytes", bytes, "how much to append each time");
  CLI11_PARSE(app, argc, argv);

  std::string path = folder + "/fsync_rate.XXXXXX";
  const int fd = ::mkstemp(path.data());
  if (fd < 0) {
    fmt::print(stderr, "fsync_rate: no file can be made in {}\n", folder);
    return EXIT_FAILURE;
  }
  ::unlink(path.c_str());
  const std::string block(bytes, 'x');
  const auto begin = std::chrono::steady_clock::now();
  std::chrono::duration<double> took{};
  long syncs = 0;
  while (took.count() < seconds) {
    if (::write(fd, block.data(), block.size()) != static_cast<ssize_t>(block.size()) ||
        ::fdatasync(fd) != 0) {
      fmt::print(stderr, "fsync_rate: the disk failed\n");
      return EXIT_FAILURE;
    }
    ++syncs;
    took = std::chrono::steady_clock::now() - begin;
  }
  ::close(fd);
  fmt::print("{:.0f}\n", static_cast<double>(syncs) / took.count());
  return EXIT_SUCCESS;
}
