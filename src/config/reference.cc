#include "config/reference.h"

#include <fmt/format.h>

#include "config/settings_table.h"

namespace claviger {
namespace {

constexpr std::size_t help_width = 100;
constexpr std::string_view help_indent = "      ";

constexpr std::string_view markdown_head =
    R"(<!-- Made from src/config/settings_table.cc; config_test tells how to renew it. -->
# Settings

Each setting has a name. It is an environment variable, a line of a settings file, and, for what
is not secret, a flag of `claviger serve`. A flag goes before the environment, the environment
before the file, the file before the default. An empty value in the environment or the file means
unset. All wrong settings are reported at once, one line each, with exit code 3.

Flags marked * are also flags of the commands that open the database (`client`, `user`, `token`,
`database`).

| setting | flag | default | meaning | example |
|---|---|---|---|---|
)";

constexpr std::string_view markdown_tail = R"(
## Secrets

Secrets have no flag, since anybody may read a process's arguments. Each has a `_FILE` twin instead,
such as `JWT_SECRET_KEY_FILE=/run/secrets/jwt`: a file that holds the value alone (one newline at
its end is left out). Setting both is refused. Variables that held a secret are removed from the
process's environment when it starts.

Outside the environment `development`, these stop the start; there they are warnings:

- `MASTER_PASSWORD` under 12 characters, or one that can be guessed;
- `JWT_SECRET_KEY` or `JWT_SECRET_KEY_PREVIOUS` under 32 bytes, a repetition, a sequence, or an
  example from some documentation;
- a settings file with secrets that everybody on the machine may read or change.

## The settings file

`NAME=value` lines, readable as an `EnvironmentFile` of systemd and as an env file of container
tools. A line that begins with `#` is a comment. A value stands as it is, without white space at its
ends, backslashes or ` #`; one that has these goes into single quotes (literally) or double quotes
(where `\"`, `\\`, `\$` and `` \` `` stand for the second character), which container tools take
literally. Unknown names, repeated names and anything else are refused with their line number.

```
# /etc/claviger/claviger.env, owned by root:claviger, mode 0640
CLAVIGER_ENVIRONMENT=production
CLAVIGER_DATABASE_URL=sqlite:/var/lib/claviger/claviger.db
JWT_SECRET_KEY_FILE=/etc/claviger/jwt.key
```
)";

/// `text` in lines of at most `help_width` characters, each indented.
std::string wrapped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    auto end = text.size();
    if (end > help_width - help_indent.size())
      end = text.rfind(' ', help_width - help_indent.size());
    out += fmt::format("{}{}\n", help_indent, text.substr(0, end));
    text.remove_prefix(end < text.size() ? end + 1 : end);
  }
  return out;
}

std::string default_of(const SettingRow& row) {
  return std::string(row.fallback.empty() ? "unset" : row.fallback);
}

std::string code(std::string_view text) {
  return text.empty() ? std::string() : fmt::format("`{}`", text);
}

}  // namespace

std::string help_text() {
  std::string out =
      "Settings (a flag goes before the environment, that before the settings file):\n";
  for (const auto& row : settings_table()) {
    if (row.secret)
      out += fmt::format("  {0}, {0}{1}\n", row.name, secret_file_suffix);
    else
      out += fmt::format("  {} {}, {}\n", row.flag, row.value, row.name);
    out += wrapped(fmt::format("{} (default: {})", row.help, default_of(row)));
  }
  out += "Secrets have no flag; NAME_FILE names a file that holds the value.\n";
  return out;
}

std::string settings_reference_markdown() {
  std::string out(markdown_head);
  for (const auto& row : settings_table()) {
    const auto names =
        row.secret ? fmt::format("`{0}`, `{0}{1}`", row.name, secret_file_suffix) : code(row.name);
    const auto flag =
        row.flag.empty() ? std::string("–") : code(row.flag) + (row.in_commands ? " *" : "");
    const auto fallback = row.fallback.empty() ? std::string("unset") : code(row.fallback);
    out += fmt::format("| {} | {} | {} | {} | {} |\n", names, flag, fallback, row.help,
                       code(row.example));
  }
  out += markdown_tail;
  return out;
}

}  // namespace claviger
