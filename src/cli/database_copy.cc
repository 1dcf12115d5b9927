#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/bytes.h"
#include "cli/groups.h"
#include "cli/progress.h"
#include "config/values.h"

namespace claviger::cli {
namespace {

struct Urls {
  std::string from;
  std::string to;
};

/// A URL may hold a password, so none is repeated. Errors: unacceptable_field.
Status check(const char* name, const std::string& url) {
  if (values::has_password(url))
    return fail(Code::unacceptable_field,
                fmt::format("{}: its password shows in the list of processes: leave it out and put "
                            "it into a file that PGPASSFILE names.",
                            name));
  std::string taken;
  if (const auto wrong = values::database_url(url, taken))
    return fail(Code::unacceptable_field,
                fmt::format("{}: {}; {}.", name, wrong->wrong, wrong->right));
  return {};
}

Status check(const Urls& urls) {
  TRY_STATUS(check("FROM", urls.from));
  TRY_STATUS(check("TO", urls.to));
  if (urls.from != urls.to) return {};
  return fail(Code::unacceptable_field, "FROM and TO are the same database.");
}

void show(Output& output, bool json, const std::vector<CopiedTable>& copied) {
  std::vector<Record> rows;
  for (const auto& table : copied)
    rows.push_back(
        {{"table", std::string(table.name)}, {"rows", table.rows}, {"digest", hex(table.digest)}});
  output.out += json ? json_list_line("tables", rows, {}) : text_table({"table", "rows"}, rows);
}

int run_copy(Process& process, const Urls& urls) {
  if (const auto checked = check(urls); !checked) return report(process.output, checked.error());
  const auto settings = settings_for_command(process);
  if (!settings) return exit_settings;
  const auto copied = [&] {
    Progress progress("copying");
    return process.wiring.copy(
        *settings, urls.from, urls.to,
        [&](std::int64_t done, std::int64_t total) { progress.show(done, total); });
  }();
  if (!copied) return report(process.output, copied.error());
  show(process.output, process.json, *copied);
  return exit_ok;
}

}  // namespace

void add_database_copy(CLI::App& group, Chosen& chosen) {
  const auto urls = std::make_shared<Urls>();
  auto& command = add_command(
      group, "copy", "Copy a database that no server uses into an empty one, of either kind",
      "claviger database copy sqlite:/var/lib/claviger/claviger.db postgresql://claviger@db1/new",
      chosen, [urls](Process& process) { return run_copy(process, *urls); });
  command.add_option("FROM", urls->from, "the URL of the database to read")
      ->type_name("")
      ->required();
  command.add_option("TO", urls->to, "the URL of the one to fill, which may not be there yet")
      ->type_name("")
      ->required();
  add_json(command, chosen);
  add_setting_flags(command, chosen, false);
}

}  // namespace claviger::cli
