#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/groups.h"
#include "config/settings_table.h"

namespace claviger::cli {
namespace {

constexpr const char* app_help =
    "Claviger: a token-authentication server whose revocations hold at once.";
constexpr const char* app_footer =
    R"(Examples:
  claviger serve --config /etc/claviger/claviger.env
  claviger client create example_company > api-key
  claviger user create --client ID glchat_user > secret
  claviger token issue --client ID glchat_user --secret-file secret
  claviger token list --client ID --json

Secrets are read from standard input or files, never from arguments. A value that is shown only
once goes to standard output alone; everything else that is said goes to standard error.

Exit status:
  0  done
  1  refused, or failed in another way
  2  the command line, or a value in it, is not acceptable
  3  a setting is not acceptable
  4  there is no such client, user, token or key
  5  it conflicts with what there is
  6  the database is not there, not reachable or full)";

std::string footer_of(const char* example) {
  return std::string("Example:\n  ") + example;
}

}  // namespace

std::unique_ptr<CLI::App> make_app(Chosen& chosen) {
  auto app = std::make_unique<CLI::App>(app_help, "claviger");
  app->require_subcommand(1);
  app->footer(app_footer);
  app->set_help_flag("-h,--help", "print this help and exit");
  app->set_version_flag("--version", "", "print the version and exit");
  add_serve(*app, chosen);
  add_client_group(*app, chosen);
  add_user_group(*app, chosen);
  add_token_group(*app, chosen);
  add_key_group(*app, chosen);
  add_admin_group(*app, chosen);
  add_audit_group(*app, chosen);
  add_database_group(*app, chosen);
  add_cluster_group(*app, chosen);
  add_doctor(*app, chosen);
  add_scan(*app, chosen);
  add_completion_group(*app, chosen);
  add_version(*app, chosen);
  add_reference_group(*app, chosen);
  return app;
}

std::vector<CLI::App*> shown_below(CLI::App& app) {
  return app.get_subcommands([](const CLI::App* command) { return !command->get_group().empty(); });
}

CLI::App& add_group(CLI::App& app, const char* name, const char* help) {
  auto* group = app.add_subcommand(name, help);
  group->require_subcommand(1);
  return *group;
}

CLI::App& add_command(CLI::App& group, const char* name, const char* help, const char* example,
                      Chosen& chosen, std::function<int(Process&)> command) {
  auto* app = group.add_subcommand(name, help);
  app->footer(footer_of(example));
  app->callback([&chosen, command = std::move(command)] { chosen.command = command; });
  return *app;
}

void add_json(CLI::App& command, Chosen& chosen) {
  command.add_flag("--json", chosen.json, "print one JSON value instead of text");
}

void add_setting_flags(CLI::App& command, Chosen& chosen, bool all) {
  for (const auto& row : settings_table()) {
    if (row.flag.empty() || (!all && !row.in_commands)) continue;
    const auto set = [&chosen, name = std::string(row.name)](const std::string& text) {
      chosen.flags.insert_or_assign(name, SettingText(text));
    };
    const auto help = fmt::format("the setting {} (default: {})", row.name,
                                  row.fallback.empty() ? "unset" : row.fallback);
    command.add_option_function<std::string>(std::string(row.flag), set, help)
        ->type_name(std::string(row.value))
        ->group("Settings");
  }
}

CLI::App& add_session_command(CLI::App& group, const char* name, const char* help,
                              const char* example, Chosen& chosen, const Needs& needs,
                              std::function<Status(Context&)> command) {
  auto& app = add_command(group, name, help, example, chosen,
                          [needs, command = std::move(command)](Process& process) {
                            return run_with_session(process, needs, command);
                          });
  add_json(app, chosen);
  add_setting_flags(app, chosen, false);
  return app;
}

}  // namespace claviger::cli
