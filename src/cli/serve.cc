#include <CLI/CLI.hpp>

#include "cli/groups.h"
#include "config/reference.h"

namespace claviger::cli {
namespace {

int serve(Process& process) {
  auto loaded = load_settings(process.sources, Purpose::serve);
  if (!loaded) return report(process.output, loaded.error());
  process.sources = {};  // wipes the secrets: the server runs long, and has its own of them
  return process.wiring.serve(std::move(*loaded));
}

}  // namespace

void add_serve(CLI::App& app, Chosen& chosen) {
  auto& command =
      add_command(app, "serve", "Run the server, in the foreground, until SIGTERM or SIGINT",
                  "claviger serve --config /etc/claviger/claviger.env", chosen, serve);
  add_setting_flags(command, chosen, true);
  // The settings are more than the flags, so they have a list of their own.
  for (auto* option : command.get_options())
    if (option->get_group() == "Settings") option->group("");
  command.footer(
      "It prints \"ready http://ADDRESS:PORT\" on standard output when it can be called, https:// "
      "if "
      "it\nserves TLS; log lines go to standard error. SIGHUP reads the certificate and its key "
      "again.\n\n" +
      help_text() + "\nExample:\n  claviger serve --config /etc/claviger/claviger.env");
}

}  // namespace claviger::cli
