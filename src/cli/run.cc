#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <exception>
#include <system_error>

#include "cli/groups.h"

namespace claviger::cli {
namespace {

/// Writes all of it; false if the descriptor does not take it.
bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Writes what a command said. If standard output does not take it, the command has failed for
/// whoever reads there, whatever was done.
int finish(Output& output, int status) {
  const bool written = write_all(STDOUT_FILENO, output.out);
  wipe(output.out);
  if (!written) {
    output.err += std::string("claviger: standard output cannot be written (") +
                  std::generic_category().message(errno) +
                  "). What was done is done; a value shown only once is lost: rotate it.\n";
    status = status == exit_ok ? exit_refused : status;
  }
  write_all(STDERR_FILENO, output.err);
  return status;
}

/// The innermost command that was named, for the help that belongs to it.
const CLI::App& innermost(const CLI::App& app) {
  const auto named = app.get_subcommands();
  return named.empty() ? app : innermost(*named.front());
}

std::string full_name(const CLI::App& app) {
  return app.get_parent() == nullptr ? app.get_name()
                                     : full_name(*app.get_parent()) + " " + app.get_name();
}

/// What is wrong with the line. Arguments that nobody asked for are not repeated: they may be a
/// secret that was meant for standard input.
std::string usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const bool extras = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
  const std::string what =
      extras ? "there is an argument too many, or one that is not known" : error.what();
  return "claviger: " + what + "\nSee " + full_name(innermost(app)) + " --help\n";
}

/// Reads the line into `chosen`. An exit status: there is no command to run.
std::optional<int> read_line(CLI::App& app, int argc, const char* const* argv, const Wiring& wiring,
                             Output& output) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::CallForHelp&) {
    output.out += app.help();
    return exit_ok;
  } catch (const CLI::CallForVersion&) {
    output.out += version_text(wiring, false);
    return exit_ok;
  } catch (const CLI::ParseError& error) {
    output.err += usage_error(app, error);
    return exit_usage;
  }
}

}  // namespace

int execute(int argc, const char* const* argv, char** environment, const Wiring& wiring,
            Output& output) {
  Chosen chosen;
  SettingSources sources{.environment = take_environment(environment)};
  try {
    const auto app = make_app(chosen);
    if (const auto status = read_line(*app, argc, argv, wiring, output)) return *status;
    sources.flags = std::move(chosen.flags);
    Process process{
        .wiring = wiring, .sources = std::move(sources), .json = chosen.json, .output = output};
    return chosen.command(process);
  } catch (const std::exception& error) {
    output.err += std::string("claviger: ") + error.what() + "\n";
    return exit_refused;
  }
}

int run(int argc, const char* const* argv, char** environment, const Wiring& wiring) {
  Output output;
  output.sink = [](std::string_view text) { return write_all(STDOUT_FILENO, text); };
  const int status = execute(argc, argv, environment, wiring, output);
  return finish(output, status);
}

}  // namespace claviger::cli
