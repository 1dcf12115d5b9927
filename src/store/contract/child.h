#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <functional>
#include <stdexcept>
#include <utility>

namespace claviger::contract {

/// A pipe that this process and a child talk through.
class Pipe {
 public:
  Pipe() {
    if (::pipe(ends_.data()) != 0) throw std::runtime_error("no pipe");
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  void close_end(int end) {
    auto& fd = ends_[static_cast<std::size_t>(end)];
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
  /// Atomic for up to 4096 bytes (PIPE_BUF).
  template <class T>
  bool write(const T& value) {
    return ::write(ends_[1], &value, sizeof value) == sizeof value;
  }
  /// False when the other side has closed its end.
  template <class T>
  bool read(T& value) {
    return ::read(ends_[0], &value, sizeof value) == sizeof value;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

/// A process that runs `work` and ends. To be started while this process has no store open: a
/// fork must not inherit a database connection.
class Child {
 public:
  explicit Child(const std::function<void()>& work) : pid_(::fork()) {
    if (pid_ != 0) return;
    try {
      work();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "child: %s\n", error.what());
      ::_exit(1);
    }
    ::_exit(0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) kill_and_wait();
  }
  void kill_and_wait() {
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, 0), nullptr, 0);
  }
  /// Its exit code.
  int wait() {
    int status = 0;
    ::waitpid(std::exchange(pid_, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_;
};

}  // namespace claviger::contract
