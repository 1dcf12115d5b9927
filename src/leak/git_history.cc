#include "leak/git_history.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>

#include "base/freed.h"
#include "base/text.h"

namespace claviger {
namespace {

/// The variables of this process, without those by which a hook's git would name another
/// repository, and with one that keeps git from fetching what a partial clone lacks.
std::vector<std::string> git_environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (!text.starts_with("GIT_DIR=") && !text.starts_with("GIT_WORK_TREE="))
      variables.emplace_back(text);
  }
  variables.emplace_back("GIT_NO_LAZY_FETCH=1");
  return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// A git that runs, and what it says. Its errors go to standard error.
class Git {
 public:
  Git(const std::string& repository, std::vector<std::string> arguments) {
    std::vector<std::string> all{"git", "-C", repository, "--no-pager", "--no-replace-objects"};
    std::ranges::move(arguments, std::back_inserter(all));
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      error_ = errno;
      return;
    }
    out_.reset(::fdopen(ends[0], "r"));
    error_ = spawn(all, ends[1]);
    ::close(ends[1]);
  }
  Git(const Git&) = delete;
  Git& operator=(const Git&) = delete;
  ~Git() { end(); }

  /// The next line, without its newline; nullopt: there is none.
  std::optional<std::string_view> line() {
    const auto size = ::getline(&line_, &line_capacity_, out_.get());
    if (size <= 0) return std::nullopt;
    std::string_view text(line_, static_cast<std::size_t>(size));
    if (text.ends_with('\n')) text.remove_suffix(1);
    return text;
  }
  /// So many bytes into the stream; false: there are not that many.
  bool read(std::uint64_t bytes, LeakStream& stream) {
    while (bytes > 0) {
      const auto room = stream.room();
      const auto wanted = std::min<std::uint64_t>(room.size(), bytes);
      const auto got = std::fread(room.data(), 1, wanted, out_.get());
      if (got == 0) return false;
      stream.took(got);
      bytes -= got;
    }
    return std::fgetc(out_.get()) == '\n';
  }
  /// Waits for its end. nullopt: it went well. Otherwise, what was wrong.
  std::optional<std::string> end() {
    out_.reset();
    wipe_line();
    if (error_ != 0) return "git cannot be run: " + std::generic_category().message(error_);
    int status = 0;
    if (pid_ > 0) {
      while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
      }
      pid_ = -1;
    }
    if (status == 0) return std::nullopt;
    return "git has failed";
  }

 private:
  int spawn(std::vector<std::string>& arguments, int out) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    auto environment = git_environment();
    const int error = ::posix_spawnp(&pid_, "git", &actions, nullptr, pointers_to(arguments).data(),
                                     pointers_to(environment).data());
    posix_spawn_file_actions_destroy(&actions);
    return error;
  }
  void wipe_line() {
    if (line_ != nullptr) wipe(line_, line_capacity_);
    std::free(line_);  // NOLINT(cppcoreguidelines-no-malloc): getline's
    line_ = nullptr;
    line_capacity_ = 0;
  }

  std::unique_ptr<FILE, Freed<std::fclose>> out_;
  pid_t pid_ = -1;
  int error_ = 0;
  char* line_ = nullptr;
  std::size_t line_capacity_ = 0;
};

/// The words of a line, up to so many; the rest stays with the last.
template <std::size_t N>
std::array<std::string_view, N> words_of(std::string_view line) {
  std::array<std::string_view, N> words;
  for (auto& word : words) {
    const auto end = &word == &words.back() ? line.size() : std::min(line.find(' '), line.size());
    word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

/// Reads one object after the other: "<name> <type> <size>", its bytes, and a newline.
std::optional<std::string> scan_objects(const std::string& repository, LeakReport& report) {
  Git git(repository, {"cat-file", "--batch", "--batch-all-objects", "--unordered"});
  LeakStream stream;
  while (const auto line = git.line()) {
    const auto [name, type, size] = words_of<3>(*line);
    const auto bytes = parse_decimal(size);
    FoundLeak place;
    place.object = name;
    if (type == "commit") place.commit = name;
    if (!bytes || !git.read(static_cast<std::uint64_t>(*bytes), stream))
      return "git's object " + place.object + " cannot be read";
    ++report.texts;
    report.bytes += *bytes;
    for (auto& leak : stream.finish())
      report.found.push_back(
          {.path = {}, .commit = place.commit, .object = place.object, .at = std::move(leak)});
  }
  return git.end();
}

struct Introduced {
  std::string commit;
  std::string path;
};

/// Goes through the changes of all commits once, each before its parents: what is told last of an
/// object is where it came from.
std::optional<std::string> find_commits(const std::string& repository,
                                        std::map<std::string, Introduced, std::less<>>& objects) {
  Git git(repository,
          {"-c", "core.quotePath=false", "-c", "log.showRoot=true", "-c", "log.showSignature=false",
           "log", "--all", "--reflog", "--topo-order", "-m", "--raw", "--no-abbrev", "--no-renames",
           "--no-ext-diff", "--no-textconv", "--no-color", "--format=commit %H"});
  std::string commit;
  while (const auto line = git.line()) {
    if (line->starts_with("commit ")) commit = line->substr(7);
    if (!line->starts_with(':')) continue;
    // :<mode> <mode> <object before> <object> <letter>\t<path>
    const auto words = words_of<5>(*line);
    const auto object = objects.find(words[3]);
    if (object == objects.end() || words[4].size() < 2) continue;
    object->second = {.commit = commit, .path = std::string(words[4].substr(2))};
  }
  return git.end();
}

}  // namespace

LeakReport scan_history(const std::string& path) {
  LeakReport report;
  auto problem = scan_objects(path, report);
  std::map<std::string, Introduced, std::less<>> objects;
  for (const auto& leak : report.found)
    if (leak.commit.empty()) objects.try_emplace(leak.object);
  if (!problem && !objects.empty()) problem = find_commits(path, objects);
  if (problem) report.problems.push_back(path + ": " + *problem);
  for (auto& leak : report.found) {
    const auto object = objects.find(leak.object);
    if (object == objects.end()) continue;
    leak.commit = object->second.commit;
    leak.path = object->second.path;
  }
  std::ranges::sort(report.found, {}, [](const FoundLeak& leak) {
    return std::tie(leak.path, leak.object, leak.at.line, leak.at.column);
  });
  return report;
}

}  // namespace claviger
