#include "observe/log.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <string>
#include <thread>
#include <utility>

#include "base/json_writer.h"
#include "base/limits.h"
#include "base/mutex.h"

namespace claviger {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::string_view level_word(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

void begin_line(JsonWriter& json, Instant now, LogLevel level, std::string_view event) {
  json.begin_object();
  json.field("time", rfc3339_ms(now));
  json.field("level", level_word(level));
  json.field("event", event);
}

void write_field(JsonWriter& json, const LogField& field) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    if (!text->empty()) json.any_field(field.name, *text);
    return;
  }
  std::visit([&](const auto& value) { json.any_field(field.name, value); }, field.value);
}

}  // namespace

/// The buffer and the thread that empties it.
struct Log::Writer {
  Writer(int fd, const Clock& clock) : fd_(fd), clock_(clock), thread_([this] { run(); }) {}
  ~Writer() {
    {
      const Lock lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  void add(std::string_view line) {
    bool was_empty = false;
    {
      const Lock lock(mutex_);
      if (buffer_.size() + line.size() > limits::log_buffer_bytes) {
        ++dropped_;
        ++dropped_in_all_;
        return;
      }
      was_empty = buffer_.empty();
      buffer_ += line;
    }
    if (was_empty) wake_.notify_one();
  }
  std::int64_t dropped_in_all() const { return dropped_in_all_; }

 private:
  void run();
  bool take(std::string& lines);
  std::size_t write_lines(std::string_view lines);
  bool writable();
  bool stopping() {
    const Lock lock(mutex_);
    return stopping_;
  }

  const int fd_;
  const Clock& clock_;
  Mutex mutex_;
  Condition wake_;
  std::string buffer_ GUARDED_BY(mutex_);
  std::uint64_t dropped_ GUARDED_BY(mutex_) = 0;  // since a line last said so
  std::atomic<std::int64_t> dropped_in_all_{0};
  bool stopping_ GUARDED_BY(mutex_) = false;
  bool torn_ = false;   // the last line was written in part; of the thread alone
  std::thread thread_;  // the last member: it uses the others
};

void Log::Writer::run() {
  // Signals are for other threads, and a closed pipe is an errno here, not the process's end.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  std::string lines;
  while (take(lines)) {
    const auto written = write_lines(lines);
    if (written == lines.size()) continue;
    torn_ = written > 0 && lines[written - 1] != '\n';
    const auto lost = std::ranges::count(lines.substr(written), '\n');
    const Lock lock(mutex_);
    if (stopping_) return;
    dropped_ += static_cast<std::uint64_t>(lost);
    dropped_in_all_ += lost;
  }
}

/// Waits for lines, and a little for more of them; false when the log ends and nothing is left.
bool Log::Writer::take(std::string& lines) {
  lines.clear();
  const Lock lock(mutex_);
  while (buffer_.empty() && !stopping_) wake_.wait(mutex_);
  if (buffer_.empty()) return false;
  const auto until = steady_clock::now() + limits::log_gathering;
  while (!stopping_ && wake_.wait_until(mutex_, until) != std::cv_status::timeout) {
  }
  if (std::exchange(torn_, false)) lines += '\n';
  lines += buffer_;
  buffer_.clear();
  if (dropped_ == 0) return true;
  JsonWriter json(lines);
  begin_line(json, clock_.now(), LogLevel::warning, "log_lines_dropped");
  json.field("lines", dropped_).end_object();
  lines += '\n';
  dropped_ = 0;
  return true;
}

/// Whether the descriptor takes more. A reader that has stopped reading is waited for, but not
/// when the process wants to end.
bool Log::Writer::writable() {
  auto patience = steady_clock::now() + limits::log_flush_deadline;
  while (true) {
    pollfd poller{.fd = fd_, .events = POLLOUT, .revents = 0};
    const int ready = ::poll(&poller, 1, 100);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (!stopping())
      patience = steady_clock::now() + limits::log_flush_deadline;
    else if (steady_clock::now() >= patience)
      return false;
  }
}

/// Returns how many bytes the descriptor took: fewer than all if it takes no more. Pieces of
/// PIPE_BUF never block a pipe that poll calls writable, whether or not it is set to block.
std::size_t Log::Writer::write_lines(std::string_view lines) {
  std::size_t done = 0;
  while (done < lines.size() && writable()) {
    const auto piece = std::min<std::size_t>(lines.size() - done, PIPE_BUF);
    const auto written = ::write(fd_, lines.data() + done, piece);
    if (written < 0 && errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) break;
    if (written > 0) done += static_cast<std::size_t>(written);
  }
  return done;
}

Log::Log(const Options& options, const Clock& clock)
    : level_(options.level), clock_(clock), writer_(std::make_unique<Writer>(options.fd, clock)) {}

Log::~Log() = default;

std::int64_t Log::lines_dropped() const {
  return writer_->dropped_in_all();
}

void Log::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (!enabled(level)) return;
  std::string line;
  line.reserve(512);
  JsonWriter json(line);
  begin_line(json, clock_.now(), level, event);
  for (const auto& field : fields) write_field(json, field);
  json.end_object();
  line += '\n';
  writer_->add(line);
}

}  // namespace claviger
