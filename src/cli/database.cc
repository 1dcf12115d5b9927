#include <CLI/CLI.hpp>

#include "base/bytes.h"
#include "cli/groups.h"

namespace claviger::cli {
namespace {

Status migrate(Context& context, const Wiring& wiring, int before) {
  const auto now = TRY(wiring.schema(context.settings));
  context.show({{"schema_version_before", std::int64_t{before}},
                {"schema_version", std::int64_t{now.version}}});
  context.say(before == now.version ? "The schema was up to date already."
                                    : "The schema is up to date now.");
  return {};
}

/// Opening brings the schema up to date, so the version before it has to be read first. If that
/// fails, there is no database yet, or opening says what is wrong with it.
int run_migrate(Process& process) {
  const auto settings = settings_for_command(process);
  if (!settings) return exit_settings;
  const auto found = process.wiring.schema(*settings);
  const int before = found ? found->version : 0;
  return run_with_session(process, {.missing_database = Missing::create}, [&](Context& context) {
    return migrate(context, process.wiring, before);
  });
}

Record schema_record(const SchemaState& schema) {
  return {{"schema_version", std::int64_t{schema.version}},
          {"schema_version_newest", std::int64_t{schema.newest}},
          {"up_to_date", schema.version == schema.newest}};
}

Status show_status(Context& context, const SchemaState& schema) {
  const auto status = TRY(context.session.status());
  Record record{{"engine", status.engine}, {"environment", status.environment}};
  for (auto& field : schema_record(schema)) record.push_back(std::move(field));
  record.push_back({"clients", status.clients});
  record.push_back({"users", status.users});
  record.push_back({"tokens", status.tokens});
  record.push_back({"epoch", status.epoch.number});
  record.push_back({"size_bytes", status.size_bytes});
  context.show(record);
  return {};
}

/// Opening would bring the schema up to date, so that is done only if it is already.
int run_status(Process& process) {
  const auto settings = settings_for_command(process);
  if (!settings) return exit_settings;
  const auto schema = process.wiring.schema(*settings);
  if (!schema) return report(process.output, schema.error());
  if (schema->version == 0)
    return report(process.output, Error{.code = Code::storage_unavailable,
                                        .detail = "There is no database yet: the server or "
                                                  "database migrate makes it."});
  if (schema->version != schema->newest) {
    const auto record = schema_record(*schema);
    process.output.out += process.json ? json_line(record) : text_lines(record);
    return exit_ok;
  }
  return run_with_session(process, {},
                          [&schema](Context& context) { return show_status(context, *schema); });
}

int run_backup(Process& process, const std::string& file) {
  const auto settings = settings_for_command(process);
  if (!settings) return exit_settings;
  const auto backup = process.wiring.back_up(*settings, file);
  if (!backup) return report(process.output, backup.error());
  const Record record{{"file", file},
                      {"schema_version", std::int64_t{backup->schema_version}},
                      {"size_bytes", backup->size_bytes},
                      {"sha256", hex(backup->digest)}};
  process.output.out += process.json ? json_line(record) : text_lines(record);
  return exit_ok;
}

void add_backup(CLI::App& group, Chosen& chosen) {
  auto file = std::make_shared<std::string>();
  auto& command = add_command(
      group, "backup",
      "Copy the database, which may be in use, into a new file, and its digest into FILE.sha256",
      "claviger database backup /var/backups/claviger-$(date +%F).db", chosen,
      [file](Process& process) { return run_backup(process, *file); });
  command.add_option("FILE", *file, "the file to make; what it says is as secret as the database")
      ->type_name("")
      ->required();
  add_json(command, chosen);
  add_setting_flags(command, chosen, false);
}

}  // namespace

void add_database_group(CLI::App& app, Chosen& chosen) {
  auto& group = add_group(app, "database", "The database: its schema and what it holds");
  for (auto* command :
       {&add_command(group, "migrate", "Make the database, or bring its schema up to date",
                     "claviger database migrate --database-url sqlite:claviger.db", chosen,
                     run_migrate),
        &add_command(group, "status", "Show the schema's version and how much there is",
                     "claviger database status --json", chosen, run_status)}) {
    add_json(*command, chosen);
    add_setting_flags(*command, chosen, false);
  }
  add_backup(group, chosen);
  add_database_restore(group, chosen);
  add_database_prune(group, chosen);
  add_database_copy(group, chosen);
}

}  // namespace claviger::cli
