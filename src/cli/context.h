#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "cli/cli.h"
#include "cli/output.h"

namespace claviger::cli {

/// What the command line asked for; filled while it is read.
struct Chosen {
  SettingTexts flags;  // settings given as flags
  bool json = false;
  /// The command. It is given the process, and returns the exit status.
  std::function<int(struct Process&)> command;
};

/// What a command has to work with, whatever it is.
struct Process {
  const Wiring& wiring;
  SettingSources sources;
  bool json = false;
  Output& output;
};

/// What a command on an open database works with.
struct Context {
  Services& services;
  Session& session;
  const Settings& settings;
  bool json;
  Output& output;

  /// A line for whoever sits at the terminal: on standard error.
  void say(std::string_view line) { output.err.append(line).append("\n"); }
  /// A record: one JSON object, or a line for each field.
  void show(const Record& record) { output.out += json ? json_line(record) : text_lines(record); }
  /// A record with a value that is shown this once. As text, the value alone goes to standard
  /// output, so that it can be piped into a store of secrets; the record goes to standard error.
  template <class Tag>
  void show_once(const Record& record, std::string_view name, const Secret<Tag>& secret) {
    secret.reveal([&](std::string_view text) { show_once_text(record, name, text); });
  }

 private:
  void show_once_text(const Record& record, std::string_view name, std::string_view text);
};

/// What a command needs before it can begin.
struct Needs {
  Missing missing_database = Missing::refuse;
  bool signing_key = false;
};

/// Loads the settings, opens the database, runs the command, and reports its error.
int run_with_session(Process& process, const Needs& needs,
                     const std::function<Status(Context&)>& command);
/// The settings for a command; if they are bad, reports that and returns nothing.
std::optional<Settings> settings_for_command(Process& process);

/// Puts an error into words, and returns the exit status that it has.
int report(Output& output, const Error& error);
/// The exit status of an error.
ExitStatus exit_status(Code code);
/// Puts what is wrong with settings into words, a line each.
int report(Output& output, const SettingProblems& problems);

/// The client that a command acts for: the one named, or else that of CLIENT_API_KEY. Errors:
/// unacceptable_field, missing_credential, not_found, invalid_credential, wrong_environment.
Result<ActingClient> acting_client(Context& context, const std::string& named);
/// The user with this id or, if there is none, this identifier. Errors: not_found.
Result<UserId> named_user(Context& context, const ActingClient& acting, const std::string& named);

}  // namespace claviger::cli
