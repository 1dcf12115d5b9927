#include "cli/secret_input.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <string_view>

#include "config/read_file.h"

namespace claviger::cli {
namespace {

/// Turns a terminal's echo off while it lives.
class NoEcho {
 public:
  explicit NoEcho(int terminal) : terminal_(terminal) {
    changed_ = ::tcgetattr(terminal_, &before_) == 0;
    if (!changed_) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(terminal_, TCSAFLUSH, &quiet);
  }
  ~NoEcho() {
    if (changed_) ::tcsetattr(terminal_, TCSAFLUSH, &before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  int terminal_;
  bool changed_ = false;
  termios before_{};
};

void write_to_terminal(std::string_view text) {
  // A terminal that does not take the question is no reason not to read the answer.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

tl::expected<SettingText, std::string> ask(std::string_view what) {
  write_to_terminal(std::string(what) + ": ");
  const NoEcho no_echo(STDIN_FILENO);
  auto text = read_stream(STDIN_FILENO, StreamEnd::newline);
  write_to_terminal("\n");
  return text;
}

tl::expected<SettingText, std::string> read_from(const std::string& path, std::string_view what) {
  if (!path.empty())
    return read_small_file(path).map([](FileText&& file) { return std::move(file.text); });
  if (::isatty(STDIN_FILENO) == 1) return ask(what);
  return read_stream(STDIN_FILENO, StreamEnd::end_of_file);
}

}  // namespace

Result<SettingText> read_secret(const std::string& path, std::string_view what) {
  const auto text = read_from(path, what);
  const std::string where = path.empty() ? "standard input" : path;
  if (!text)
    return fail(Code::unacceptable_field,
                "The " + std::string(what) + " cannot be read from " + where + ": " + text.error());
  auto line = text->reveal([](std::string_view characters) {
    if (characters.ends_with('\n')) characters.remove_suffix(1);
    return SettingText(characters);
  });
  if (line.empty())
    return fail(Code::unacceptable_field,
                "There is no " + std::string(what) + " in " + where + ".");
  return line;
}

}  // namespace claviger::cli
