#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace claviger::cli {

/// A bar on standard error that tells how far long work has come; nothing if that is no terminal.
class Progress {
 public:
  explicit Progress(std::string what);
  ~Progress();  // takes the bar away
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::int64_t done, std::int64_t total);

 private:
  std::string what_;
  bool is_terminal_;
  bool is_shown_ = false;
  std::chrono::steady_clock::time_point next_{};  // not drawn again before
};

}  // namespace claviger::cli
