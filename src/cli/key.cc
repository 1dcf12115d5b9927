#include <CLI/CLI.hpp>

#include "cli/groups.h"
#include "cli/records.h"
#include "service/keys.h"

namespace claviger::cli {
namespace {

Value time_value(const std::optional<Instant>& at) {
  return at ? Value(rfc3339(*at)) : Value();
}

Record record_of(const SeenKey& key) {
  return {{"kid", key.kid},
          {"signs", key.is_signing},
          {"first_seen_at", rfc3339(key.first_seen_at)},
          {"retired_at", time_value(key.retired_at)}};
}

Status list(Context& context) {
  std::vector<Record> rows;
  for (const auto& key : TRY(list_keys(context.services))) {
    rows.push_back(record_of(key.seen));
    rows.back().push_back({"loaded", key.is_loaded});
  }
  if (context.json)
    context.output.out += json_list_line("keys", rows, {});
  else
    context.output.out +=
        text_table({"kid", "signs", "loaded", "first_seen_at", "retired_at"}, rows);
  return {};
}

Status retire(Context& context, const std::string& kid) {
  const auto retired = TRY(retire_key(context.services, kid, Origin::command_line()));
  auto record = record_of(retired.key);
  add_fenced(record, retired.fenced);
  context.show(record);
  context.say("Retired. All that it has signed is refused, for good; take it out of the settings.");
  return {};
}

}  // namespace

void add_key_group(CLI::App& app, Chosen& chosen) {
  auto& group = add_group(app, "key", "Keys that sign and check tokens");
  add_session_command(group, "list",
                      "List the keys that the database has seen; loaded: in these settings",
                      "claviger key list", chosen, {}, list);
  const auto kid = std::make_shared<std::string>();
  add_session_command(group, "retire", "Refuse all that a key has signed, on every node, for good",
                      "claviger key retire production.4ae1c62f9d3b58e07d1c92ab", chosen, {},
                      [kid](Context& context) { return retire(context, *kid); })
      .add_option("KID", *kid, "its name, as in a token's header (see key list)")
      ->type_name("")
      ->required();
}

}  // namespace claviger::cli
