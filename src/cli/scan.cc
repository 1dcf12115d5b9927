#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <thread>

#include "cli/groups.h"
#include "cli/progress.h"
#include "crypto/hash.h"
#include "leak/files.h"
#include "leak/git_history.h"
#include "service/take_back.h"

namespace claviger::cli {
namespace {

struct Asked {
  std::vector<std::string> paths;
  std::size_t jobs = 0;  // 0: as many as there are cores
  bool history = false;
  bool revoke = false;
  bool keep_tokens = false;
};

/// What --revoke did, in the order of the findings; empty: it was not asked for.
using Outcomes = std::vector<std::string_view>;

void take_in(LeakReport& all, LeakReport part) {
  std::ranges::move(part.found, std::back_inserter(all.found));
  std::ranges::move(part.problems, std::back_inserter(all.problems));
  all.texts += part.texts;
  all.bytes += part.bytes;
}

LeakReport search(const Asked& asked) {
  Progress bar("scan");
  const auto jobs = asked.jobs == 0 ? std::thread::hardware_concurrency() : asked.jobs;
  auto report = scan_files(
      asked.paths, jobs, [&bar](std::int64_t done, std::int64_t total) { bar.show(done, total); });
  if (asked.history)
    for (const auto& path : asked.paths)
      if (path != "-") take_in(report, scan_history(path));
  return report;
}

std::string_view word_of(TakenBack taken) {
  switch (taken) {
    case TakenBack::revoked:
      return "revoked";
    case TakenBack::dead:
      return "dead";
    case TakenBack::unknown:
      break;
  }
  return "unknown";
}

Result<TakenBack> take_back(Services& services, const Leak& leak, bool revoke_tokens) {
  return leak.text.reveal([&](std::string_view text) -> Result<TakenBack> {
    switch (leak.kind) {
      case LeakKind::api_key:
        return take_back_api_key(services, text, revoke_tokens);
      case LeakKind::user_secret:
        return take_back_secret(services, text, revoke_tokens);
      case LeakKind::token:
        break;
    }
    return take_back_token(services, text);
  });
}

/// Takes each credential back once, wherever it was found. One that fails does not keep the others;
/// the status is that of the last failure.
Outcomes take_back_all(Context& context, const LeakReport& report, bool revoke_tokens,
                       int& status) {
  std::map<std::array<std::uint8_t, 32>, std::string_view> known;
  Outcomes outcomes;
  for (const auto& found : report.found) {
    const auto& leak = found.at.leak;
    const auto hash =
        leak.text.reveal([](std::string_view text) { return sha256(bytes_of(text)); });
    const auto [at, is_new] = known.try_emplace(hash, "failed");
    if (is_new) {
      const auto taken = take_back(context.services, leak, revoke_tokens);
      if (taken)
        at->second = word_of(*taken);
      else
        status = cli::report(context.output, taken.error());
    }
    outcomes.push_back(at->second);
  }
  return outcomes;
}

Value text_or_null(const std::string& text) {
  return text.empty() ? Value() : Value(text);
}

/// "PATH:LINE:COLUMN", or as git names it: "COMMIT:PATH:LINE:COLUMN".
std::string place_of(const FoundLeak& found) {
  constexpr std::size_t short_name = 12;
  std::string place;
  if (!found.object.empty())
    place = (found.commit.empty() ? found.object : found.commit).substr(0, short_name) + ":";
  if (!found.path.empty()) place += found.path + ":";
  return place + fmt::format("{}:{}", found.at.line, found.at.column);
}

std::vector<Record> rows_of(const LeakReport& report, const Outcomes& outcomes) {
  std::vector<Record> rows;
  for (std::size_t i = 0; i < report.found.size(); ++i) {
    const auto& found = report.found[i];
    const auto& leak = found.at.leak;
    rows.push_back({{"path", text_or_null(found.path)},
                    {"line", static_cast<std::int64_t>(found.at.line)},
                    {"column", static_cast<std::int64_t>(found.at.column)},
                    {"commit", text_or_null(found.commit)},
                    {"object", text_or_null(found.object)},
                    {"kind", std::string(claviger::word_of(leak.kind))},
                    {"environment", leak.environment},
                    {"preview", leak.preview},
                    {"taken_back", outcomes.empty() ? Value() : Value(std::string(outcomes[i]))}});
  }
  return rows;
}

void show(Process& process, const LeakReport& report, const Outcomes& outcomes) {
  auto rows = rows_of(report, outcomes);
  auto& output = process.output;
  for (const auto& problem : report.problems) output.err += "claviger: " + harmless(problem) + "\n";
  if (process.json) {
    output.out += json_list_line(
        "findings", rows,
        {{"texts", report.texts}, {"bytes", report.bytes}, {"problems", report.problems}});
    return;
  }
  std::vector<std::string_view> columns{"place", "kind", "environment", "preview"};
  if (!outcomes.empty()) columns.emplace_back("taken_back");
  for (std::size_t i = 0; i < rows.size(); ++i)
    rows[i].push_back({"place", place_of(report.found[i])});
  if (!rows.empty()) output.out += text_table(columns, rows);
  output.err += fmt::format("claviger: found {} in {} texts, {} bytes\n", rows.size(), report.texts,
                            report.bytes);
}

/// What is wrong goes before what was found.
int status_of(const LeakReport& report) {
  if (!report.problems.empty()) return exit_usage;
  return report.found.empty() ? exit_ok : exit_refused;
}

int scan(Process& process, const Asked& asked) {
  if (!asked.revoke) {
    const auto report = search(asked);
    show(process, report, {});
    return status_of(report);
  }
  int status = exit_ok;
  const int done =
      run_with_session(process, {.signing_key = true}, [&](Context& context) -> Status {
        const auto report = search(asked);
        status = status_of(report);
        show(process, report, take_back_all(context, report, !asked.keep_tokens, status));
        return {};
      });
  return done == exit_ok ? status : done;
}

constexpr const char* footer =
    R"(Needs neither settings nor a database, unless it is to --revoke. Each PATH is a file, a
folder with all below it, or - for standard input. No .gitignore is heeded; symbolic links, special
files and what is in .git are left out, unless they are a PATH. API keys and user secrets are found
by prefix and checksum, so that there is no doubt about them; tokens by their form: whether their
signature is good only --revoke can tell. What is found is shown by its preview alone:

  place                kind         environment  preview
  deploy/app.env:3:12  user_secret  production   sk-user-...RJ2d73Bc

--history searches all objects of the git repository that PATH is in as well, what was deleted and
what no branch has any more included; a place then begins with the commit that brought it in.

--revoke takes what was found back, by the settings of the server (--config). A token is revoked; an
API key or a user secret gives way to one that nobody knows, and all tokens of the client or user
are revoked as well. Whoever is to have a new one gets it by client rotate or user rotate. Then
taken_back says:

  revoked  it was good, and is refused from now on, on every node
  dead     it is of this database, and was refused already
  unknown  this database has none like it (any more), or the server's keys have not signed it
  failed   see standard error

Exit status:
  0  nothing was found
  1  something was found, taken back or not
  2  something cannot be read (what is found is shown all the same), or the command line is not
     acceptable
  3  a setting is not acceptable (--revoke)
  6  the database is not there, not reachable or full (--revoke)

With --json: {"findings": [{"path", "line", "column", "commit", "object", "kind", "environment",
"preview", "taken_back"}, ...], "texts", "bytes": numbers, "problems": [...]}. What does not apply
is null.

Example:
  claviger scan --history .)";

}  // namespace

void add_scan(CLI::App& app, Chosen& chosen) {
  const auto asked = std::make_shared<Asked>();
  auto& command = add_command(app, "scan", "Find leaked credentials in files and git's history",
                              "claviger scan --history .", chosen,
                              [asked](Process& process) { return scan(process, *asked); });
  command.add_option("paths", asked->paths, "files and folders; - is standard input")
      ->type_name("PATH")
      ->required();
  command.add_flag("--history", asked->history, "search the git repository of each PATH as well");
  auto* revoke = command.add_flag("--revoke", asked->revoke, "take back what is found");
  command
      .add_flag("--keep-tokens", asked->keep_tokens,
                "of a client or user whose key or secret is taken back")
      ->needs(revoke);
  command.add_option("--jobs", asked->jobs, "threads (default: number of cores)")
      ->type_name("NUMBER")
      ->check(CLI::Range(std::size_t{1}, std::size_t{256}).description(""));
  add_json(command, chosen);
  add_setting_flags(command, chosen, false);
  command.footer(footer);
}

}  // namespace claviger::cli
