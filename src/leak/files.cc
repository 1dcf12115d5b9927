#include "leak/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <memory>
#include <system_error>
#include <thread>
#include <tuple>
#include <utility>

#include "base/freed.h"

namespace claviger {
namespace {

struct File {
  std::string path;
  bool is_named = false;  // on the command line, and not only found in a folder
};

std::string problem_of(const std::string& path) {
  return path + ": " + std::generic_category().message(errno);
}

/// Collects the files to be read.
class Walk {
 public:
  Walk(std::vector<File>& files, std::vector<std::string>& problems)
      : files_(files), problems_(problems) {}

  void add(const std::string& path) {
    struct stat status {};
    if (path == "-" || ::stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
      files_.push_back({.path = path, .is_named = true});  // reading it tells what is wrong
      return;
    }
    folders_.push_back(path);
    while (!folders_.empty()) {
      const auto folder = std::exchange(folders_.back(), {});
      folders_.pop_back();
      read_folder(folder);
    }
  }

 private:
  void read_folder(const std::string& folder) {
    const std::unique_ptr<DIR, Freed<::closedir>> entries(::opendir(folder.c_str()));
    if (!entries) {
      problems_.push_back(problem_of(folder));
      return;
    }
    errno = 0;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): only threads that share a DIR must not
    while (const auto* entry = ::readdir(entries.get())) {
      add_entry(folder, *entry, ::dirfd(entries.get()));
      errno = 0;
    }
    if (errno != 0) problems_.push_back(problem_of(folder));
  }

  void add_entry(const std::string& folder, const dirent& entry, int at) {
    const std::string_view name = entry.d_name;
    if (name == "." || name == "..") return;
    auto type = entry.d_type;
    if (type == DT_UNKNOWN) {  // not every file system says so
      struct stat status {};
      if (::fstatat(at, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) == 0)
        type = static_cast<unsigned char>(IFTODT(status.st_mode));
    }
    if (type == DT_DIR && name == ".git") return;
    auto path = folder + (folder.ends_with('/') ? "" : "/") + std::string(name);
    if (type == DT_DIR)
      folders_.push_back(std::move(path));
    else if (type == DT_REG)
      files_.push_back({.path = std::move(path)});
  }

  std::vector<File>& files_;
  std::vector<std::string>& problems_;
  std::vector<std::string> folders_;
};

/// A descriptor that is closed at the end, unless it is standard input.
class Opened {
 public:
  explicit Opened(const File& file) {
    if (file.is_named && file.path == "-") {
      fd_ = STDIN_FILENO;
      return;
    }
    // What was a file when its folder was read may be a pipe by now, and must not be waited for.
    const int careful = file.is_named ? 0 : O_NOFOLLOW | O_NONBLOCK;
    fd_ = ::open(file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | careful);
  }
  ~Opened() {
    if (fd_ > STDIN_FILENO) ::close(fd_);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

/// One thread's part of the work.
class Worker {
 public:
  void scan(const File& file) {
    const Opened opened(file);
    if (opened.fd() < 0 || !read_all(opened.fd()))
      report_.problems.push_back(problem_of(file.path));
    ++report_.texts;
    for (auto& leak : stream_.finish())
      report_.found.push_back(
          {.path = file.path, .commit = {}, .object = {}, .at = std::move(leak)});
  }
  LeakReport& report() { return report_; }

 private:
  bool read_all(int fd) {
    while (true) {
      const auto room = stream_.room();
      const auto bytes = ::read(fd, room.data(), room.size());
      if (bytes == 0) return true;
      if (bytes < 0 && errno == EINTR) continue;
      if (bytes < 0) return false;
      report_.bytes += bytes;
      stream_.took(static_cast<std::size_t>(bytes));
    }
  }
  LeakStream stream_;
  LeakReport report_;
};

void take_in(LeakReport& all, LeakReport part) {
  std::ranges::move(part.found, std::back_inserter(all.found));
  std::ranges::move(part.problems, std::back_inserter(all.problems));
  all.texts += part.texts;
  all.bytes += part.bytes;
}

}  // namespace

LeakReport scan_files(const std::vector<std::string>& paths, std::size_t threads,
                      const ScanProgress& progress) {
  LeakReport report;
  std::vector<File> files;
  Walk walk(files, report.problems);
  for (const auto& path : paths) walk.add(path);

  std::vector<std::unique_ptr<Worker>> workers;
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i)
    workers.push_back(std::make_unique<Worker>());
  std::atomic<std::size_t> next{0};
  const auto work = [&](Worker& worker, const ScanProgress* tell) {
    for (auto i = next.fetch_add(1); i < files.size(); i = next.fetch_add(1)) {
      worker.scan(files[i]);
      if (tell != nullptr)
        (*tell)(static_cast<std::int64_t>(i), static_cast<std::int64_t>(files.size()));
    }
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < workers.size(); ++i)
      others.emplace_back([&work, &worker = *workers[i]] { work(worker, nullptr); });
    work(*workers.front(), &progress);
  }
  for (auto& worker : workers) take_in(report, std::move(worker->report()));
  std::ranges::sort(report.found, {}, [](const FoundLeak& leak) {
    return std::tie(leak.path, leak.at.line, leak.at.column);
  });
  std::ranges::sort(report.problems);
  return report;
}

}  // namespace claviger
