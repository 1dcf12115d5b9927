#include "doctor/doctor.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/groups.h"

namespace claviger::cli {
namespace {

using doctor::Finding;
using doctor::Severity;

struct Asked {
  std::vector<std::string> files;
  bool strict = false;
  bool database = false;  // look at the databases too
};

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::note:
      return "note";
  }
  return "error";
}

/// "production.env:3: error: JWT_SECRET_KEY: what is wrong; what would be right"
std::string line_of(const Finding& finding) {
  std::string out = finding.file;
  if (finding.line != 0) out += fmt::format(":{}", finding.line);
  out += fmt::format(": {}: ", name_of(finding.severity));
  if (!finding.setting.empty()) out += finding.setting + ": ";
  out += finding.wrong;
  if (!finding.right.empty()) out += "; " + finding.right;
  return out + "\n";
}

Value text_or_null(const std::string& text) {
  return text.empty() ? Value() : Value(text);
}

Value line_or_null(std::size_t line) {
  return line == 0 ? Value() : Value(static_cast<std::int64_t>(line));
}

Record record_of(const Finding& finding) {
  return {{"severity", std::string(name_of(finding.severity))},
          {"file", finding.file},
          {"line", line_or_null(finding.line)},
          {"setting", text_or_null(finding.setting)},
          {"wrong", finding.wrong},
          {"right", text_or_null(finding.right)},
          {"other_file", text_or_null(finding.other_file)},
          {"other_line", line_or_null(finding.other_line)}};
}

Severity severity_of(DatabaseFinding::Severity severity) {
  switch (severity) {
    case DatabaseFinding::Severity::error:
      return Severity::error;
    case DatabaseFinding::Severity::warning:
      return Severity::warning;
    case DatabaseFinding::Severity::note:
      return Severity::note;
  }
  return Severity::error;
}

/// What a node on these settings would find of its database.
void add_database(doctor::Examined& examined, const Wiring& wiring) {
  const auto [name, line] = doctor::place_of(examined, "CLAVIGER_DATABASE_URL");
  for (auto& finding : wiring.examine(examined.settings))
    examined.findings.push_back({.severity = severity_of(finding.severity),
                                 .file = examined.file,
                                 .line = line,
                                 .setting = name,
                                 .wrong = std::move(finding.wrong),
                                 .right = std::move(finding.right)});
}

/// The findings of each file, then those of each pair. No value: a file cannot be read.
std::optional<std::vector<Finding>> find(const Process& process, const Asked& asked) {
  Output& output = process.output;
  const auto machine = doctor::this_machine();
  std::vector<doctor::Examined> all;
  std::vector<Finding> findings;
  for (const auto& file : asked.files) {
    auto examined = doctor::examine(file, machine);
    if (!examined) {
      output.err += fmt::format("claviger: {} cannot be read: {}\n", file, examined.error());
      return std::nullopt;
    }
    if (asked.database) add_database(*examined, process.wiring);
    for (auto& finding : examined->findings) findings.push_back(std::move(finding));
    all.push_back(std::move(*examined));
  }
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = i + 1; j < all.size(); ++j)
      for (auto& finding : doctor::compare(all[i], all[j])) findings.push_back(std::move(finding));
  return findings;
}

int examine(Process& process, const Asked& asked) {
  const auto findings = find(process, asked);
  if (!findings) return exit_usage;
  const auto count = [&](Severity severity) -> std::int64_t {
    return std::ranges::count(*findings, severity, &Finding::severity);
  };
  const auto errors = count(Severity::error);
  const auto warnings = count(Severity::warning);
  const auto notes = count(Severity::note);
  const bool passed = errors == 0 && warnings == 0 && (!asked.strict || notes == 0);
  if (process.json) {
    std::vector<Record> rows;
    for (const auto& finding : *findings) rows.push_back(record_of(finding));
    process.output.out += json_list_line("findings", rows,
                                         {{"files", asked.files},
                                          {"errors", errors},
                                          {"warnings", warnings},
                                          {"notes", notes},
                                          {"passed", passed}});
  } else {
    for (const auto& finding : *findings) process.output.out += line_of(finding);
    process.output.err += fmt::format("claviger: {}: {} errors, {} warnings, {} notes\n",
                                      passed ? "passed" : "not passed", errors, warnings, notes);
  }
  return passed ? exit_ok : exit_refused;
}

constexpr const char* footer =
    R"(Each FILE is the settings of one environment, as --config takes them. Nothing is started,
and the variables of this process are left aside. A line for each finding goes to standard output:

  FILE:LINE: SEVERITY: SETTING: what is wrong; what would be right

  error    a start refuses it, or two environments share it
  warning  a start takes it, but it is weak
  note     to be known; may well be meant

Of several files, each pair is compared: credentials, keys (also those that are read from files),
names of environments and databases. No secret, and nothing made of one, is ever shown.

With --database, the database of each file is asked as well, without a change to it. Of one on
PostgreSQL: each host of the URL, encryption, version, settings that can lose or refuse a change,
the role's rights, the schema, the nodes and their number against max_connections, the clock.

Exit status:
  0  neither errors nor warnings (with --strict: nor notes)
  1  there are some
  2  a file cannot be read, or the command line is not acceptable

With --json: {"findings": [{"severity", "file", "line", "setting", "wrong", "right", "other_file",
"other_line"}, ...], "files": [...], "errors", "warnings", "notes": numbers, "passed": true|false}.
What does not apply is null.

Example:
  claviger doctor staging.env production.env)";

}  // namespace

void add_doctor(CLI::App& app, Chosen& chosen) {
  const auto asked = std::make_shared<Asked>();
  auto& command =
      add_command(app, "doctor", "Find what is weak in settings files, and what two of them share",
                  "claviger doctor staging.env production.env", chosen,
                  [asked](Process& process) { return examine(process, *asked); });
  command.add_option("files", asked->files, "settings files, one of each environment")
      ->type_name("FILE")
      ->required();
  command.add_flag("--strict", asked->strict, "let notes fail as well");
  command.add_flag("--database", asked->database, "look at the database of each file too");
  add_json(command, chosen);
  command.footer(footer);
}

}  // namespace claviger::cli
