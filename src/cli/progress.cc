#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace claviger::cli {
namespace {

constexpr std::int64_t width = 30;
constexpr std::chrono::milliseconds between{100};

void write_to_terminal(std::string_view text) {
  // A terminal that does not take the bar is no reason to stop the work.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

Progress::Progress(std::string what)
    : what_(std::move(what)), is_terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (is_shown_) write_to_terminal("\r\x1b[K");
}

void Progress::show(std::int64_t done, std::int64_t total) {
  const auto now = std::chrono::steady_clock::now();
  if (!is_terminal_ || now < next_) return;
  next_ = now + between;
  is_shown_ = true;
  // There may be more by now than there were.
  const auto all = std::max({total, done, std::int64_t{1}});
  const auto filled = static_cast<std::size_t>(done * width / all);
  write_to_terminal(fmt::format("\r{} [{:.<{}}] {:3} %", what_, std::string(filled, '#'), width,
                                done * 100 / all));
}

}  // namespace claviger::cli
