#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/context.h"

namespace CLI {
class App;
}

/// The command groups, one a file. Each adds its commands to the line that is going to be read;
/// the command that is found there sets `chosen.command`.
namespace claviger::cli {

void add_serve(CLI::App& app, Chosen& chosen);
void add_client_group(CLI::App& app, Chosen& chosen);
void add_user_group(CLI::App& app, Chosen& chosen);
void add_token_group(CLI::App& app, Chosen& chosen);
void add_key_group(CLI::App& app, Chosen& chosen);
void add_admin_group(CLI::App& app, Chosen& chosen);
void add_audit_group(CLI::App& app, Chosen& chosen);
void add_database_group(CLI::App& app, Chosen& chosen);
void add_database_prune(CLI::App& group, Chosen& chosen);
void add_database_copy(CLI::App& group, Chosen& chosen);
void add_database_restore(CLI::App& group, Chosen& chosen);
void add_cluster_group(CLI::App& app, Chosen& chosen);
void add_completion_group(CLI::App& app, Chosen& chosen);
void add_doctor(CLI::App& app, Chosen& chosen);
void add_scan(CLI::App& app, Chosen& chosen);
void add_version(CLI::App& app, Chosen& chosen);
/// Commands for whoever packages; help, completions and the reference do not show them.
void add_reference_group(CLI::App& app, Chosen& chosen);

/// `run` without the writing: what is said is in `output`.
int execute(int argc, const char* const* argv, char** environment, const Wiring& wiring,
            Output& output);
/// The whole line.
std::unique_ptr<CLI::App> make_app(Chosen& chosen);
/// What `claviger version` and `--version` print.
std::string version_text(const Wiring& wiring, bool json);
/// docs/reference/cli.md, which cli_test compares with this.
std::string cli_reference_markdown();

// For the groups

/// The commands below one that its help shows.
std::vector<CLI::App*> shown_below(CLI::App& app);

/// A group of commands, such as `client`.
CLI::App& add_group(CLI::App& app, const char* name, const char* help);
/// A command of a group, without options of its own yet.
CLI::App& add_command(CLI::App& group, const char* name, const char* help, const char* example,
                      Chosen& chosen, std::function<int(Process&)> command);
/// Adds --json.
void add_json(CLI::App& command, Chosen& chosen);
/// Adds the flags of settings: all of them, or those that commands on the database have.
void add_setting_flags(CLI::App& command, Chosen& chosen, bool all);
/// A command on an open database: --json and the flags of settings that it has.
CLI::App& add_session_command(CLI::App& group, const char* name, const char* help,
                              const char* example, Chosen& chosen, const Needs& needs,
                              std::function<Status(Context&)> command);

}  // namespace claviger::cli
