#include <CLI/CLI.hpp>

#include "cli/groups.h"

namespace claviger::cli {
namespace {

constexpr const char* head =
    R"(<!-- Made from the commands' own help; cli_test compares, and tells how to renew it. -->
# The command line

What the HTTP API does can be done with `claviger` on the database itself, whether or not a server
runs: a running server sees a change with its very next check. Commands act for the client named by
`--client`, or else for the one whose key is in `CLIENT_API_KEY`. The settings are in
[settings.md](settings.md).

With `--json` a command prints one JSON value, with the members that the HTTP API has. What went
wrong is told on standard error in words, and to programs by the exit status. A value that is shown
only once (an API key, a secret, a token) goes to standard output alone, without `--json` as the
whole line:

```
claviger user create --client "$CLIENT_ID" glchat_user > secret
claviger token issue --client "$CLIENT_ID" glchat_user < secret > token
```
)";

/// A command's own help, and that of the commands below it.
void append_help(std::string& out, CLI::App& app, const std::string& parents) {
  const auto name = parents + app.get_name();
  const auto below = shown_below(app);
  if (parents.empty() || below.empty())
    out += "\n## " + name + "\n\n```\n" + app.help(parents.substr(0, parents.size() - 1)) + "```\n";
  for (auto* command : below) append_help(out, *command, name + " ");
}

}  // namespace

std::string cli_reference_markdown() {
  Chosen chosen;
  const auto app = make_app(chosen);
  std::string out = head;
  append_help(out, *app, "");
  return out;
}

}  // namespace claviger::cli
