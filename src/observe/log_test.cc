#include "observe/log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <thread>
#include <vector>

namespace claviger {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

const FixedClock fixed_clock{from_unix_milliseconds(1'767'225'600'123)};
constexpr std::string_view time_member = R"({"time":"2026-01-01T00:00:00.123Z",)";

/// A pipe whose ends close with it.
class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe2(fds_, O_CLOEXEC), 0); }
  ~Pipe() {
    close_reader();
    close_writer();
  }
  int writer() const { return fds_[1]; }
  void close_reader() { close_end(fds_[0]); }
  void close_writer() { close_end(fds_[1]); }
  /// One line without its newline; waits for it.
  std::string line() {
    std::string text;
    for (char c = 0; ::read(fds_[0], &c, 1) == 1 && c != '\n';) text += c;
    return text;
  }
  /// Everything up to the end; the writing end has to be closed.
  std::vector<std::string> lines() {
    close_writer();
    std::vector<std::string> all;
    for (std::string text = line(); !text.empty(); text = line()) all.push_back(text);
    return all;
  }

 private:
  static void close_end(int& fd) {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
  int fds_[2] = {-1, -1};
};

/// What a log writes when `use` uses it.
template <class Use>
std::vector<std::string> written(Use use, LogLevel level = LogLevel::info) {
  Pipe pipe;
  {
    Log log({.fd = pipe.writer(), .level = level}, fixed_clock);
    use(log);
  }
  return pipe.lines();
}

// LOG-1
TEST(Log, ALineIsOneObjectWithTimeLevelAndEventFirst) {
  const auto lines = written([](Log& log) {
    log.write(LogLevel::info, "token_issued",
              {{"route", "POST /token"}, {"status", 200}, {"fenced", true}, {"empty", ""}});
    log.write(LogLevel::error, "disk_full");
  });
  EXPECT_THAT(lines,
              ElementsAre(std::string(time_member) +
                              R"("level":"info","event":"token_issued","route":"POST /token",)" +
                              R"("status":200,"fenced":true})",
                          std::string(time_member) + R"("level":"error","event":"disk_full"})"));
}

// LOG-1: whatever was sent, the line stays one line of valid JSON.
TEST(Log, HostileTextsStayOneValidLine) {
  const auto lines = written([](Log& log) {
    log.write(LogLevel::info, "e",
              {{"path", "\"}\n{\"level\":\"error\"}\r\x1b[2J\x7f\\"},
               {"raw", std::string_view("\0\xff\xc0\x80", 4)},
               {"name", "\xc3\xa4\xf0\x9f\x94\x91"}});
  });
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0], std::string(time_member) + R"("level":"info","event":"e",)" +
                          R"("path":"\"}\u000a{\"level\":\"error\"}\u000d\u001b[2J\u007f\\",)" +
                          "\"raw\":\"\\u0000\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"," +
                          "\"name\":\"\xc3\xa4\xf0\x9f\x94\x91\"}");
}

TEST(Log, LinesBelowTheLevelAreNotWritten) {
  const auto lines = written(
      [](Log& log) {
        EXPECT_FALSE(log.enabled(LogLevel::info));
        log.write(LogLevel::info, "quiet");
        log.write(LogLevel::warning, "heard");
      },
      LogLevel::warning);
  EXPECT_THAT(lines, ElementsAre(HasSubstr("heard")));
}

TEST(Log, LinesAppearWithoutTheLogEnding) {
  Pipe pipe;
  Log log({.fd = pipe.writer()}, fixed_clock);
  log.write(LogLevel::info, "first");
  EXPECT_THAT(pipe.line(), HasSubstr("first"));
  log.write(LogLevel::info, "second");
  EXPECT_THAT(pipe.line(), HasSubstr("second"));
}

TEST(Log, LinesOfManyThreadsAreWholeAndAllThere) {
  constexpr int threads = 4;
  constexpr int each = 500;
  Pipe pipe;
  std::vector<std::string> lines;
  std::thread reader([&] {
    for (int i = 0; i < threads * each; ++i) lines.push_back(pipe.line());
  });
  {
    Log log({.fd = pipe.writer()}, fixed_clock);
    std::vector<std::thread> writers;
    for (int t = 0; t < threads; ++t)
      writers.emplace_back([&log] {
        for (int i = 0; i < each; ++i) log.write(LogLevel::info, "e", {{"number", i}});
      });
    for (auto& writer : writers) writer.join();
  }
  reader.join();
  ASSERT_THAT(lines, SizeIs(threads * each));
  for (const auto& line : lines) {
    EXPECT_THAT(line, StartsWith(time_member));
    EXPECT_THAT(line, EndsWith("}"));
  }
}

// A reader that stops reading neither blocks a request nor keeps the process from ending; what it
// missed is counted when it reads again.
TEST(Log, ASlowReaderCostsLinesAndNothingElse) {
  constexpr int many = 20'000;
  Pipe pipe;
  auto log = std::make_unique<Log>(Log::Options{.fd = pipe.writer()}, fixed_clock);
  const std::string filler(200, 'x');
  for (int i = 0; i < many; ++i) log->write(LogLevel::info, "e", {{"filler", filler}});

  // How often it drops some depends on when the writer gets a processor; every line is accounted
  // for.
  constexpr std::string_view count = R"("lines":)";
  std::int64_t whole = 0;
  std::int64_t dropped = 0;
  while (whole + dropped < many) {
    const auto line = pipe.line();
    ASSERT_FALSE(line.empty());
    if (line.find("log_lines_dropped") == std::string::npos)
      ++whole;
    else
      dropped += std::stoll(line.substr(line.find(count) + count.size()));
  }
  EXPECT_EQ(whole + dropped, many);
  EXPECT_GT(whole, 0);
  EXPECT_GT(dropped, 0);
}

TEST(Log, AStuckReaderDoesNotKeepTheLogFromEnding) {
  Pipe pipe;
  const std::string filler(8'000, 'x');
  Log log({.fd = pipe.writer()}, fixed_clock);
  for (int i = 0; i < 50; ++i) log.write(LogLevel::info, "e", {{"filler", filler}});
}

TEST(Log, AClosedPipeIsSurvived) {
  Pipe pipe;
  Log log({.fd = pipe.writer()}, fixed_clock);
  log.write(LogLevel::info, "first");
  EXPECT_THAT(pipe.line(), HasSubstr("first"));
  pipe.close_reader();
  log.write(LogLevel::info, "lost");  // SIGPIPE would end this program
}

TEST(Log, ANonBlockingDescriptorGetsEveryLine) {
  constexpr int many = 3'000;
  Pipe pipe;
  ::fcntl(pipe.writer(), F_SETFL, O_NONBLOCK);
  std::vector<std::string> lines;
  std::thread reader([&] {
    for (int i = 0; i < many; ++i) lines.push_back(pipe.line());
  });
  {
    Log log({.fd = pipe.writer()}, fixed_clock);
    for (int i = 0; i < many; ++i) log.write(LogLevel::info, "e", {{"number", i}});
  }
  reader.join();
  EXPECT_THAT(lines, SizeIs(many));
  EXPECT_THAT(lines.back(), EndsWith("2999}"));
}

}  // namespace
}  // namespace claviger
