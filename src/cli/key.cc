#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/groups.h"
#include "cli/records.h"
#include "config/key_folder.h"
#include "crypto/system_random.h"
#include "service/keys.h"
#include "token/key_file.h"

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

struct Options {
  std::string kid;  // empty: the newest
  std::string algorithm = "eddsa";
  bool now = false;
};

constexpr std::pair<std::string_view, KeyAlgorithm> algorithms[] = {
    {"eddsa", KeyAlgorithm::eddsa}, {"es256", KeyAlgorithm::es256}, {"hs256", KeyAlgorithm::hs256}};

SettingProblems no_folder() {
  return {
      "CLAVIGER_KEYS: it is not set, and this command works on that folder; set it to the "
      "server's, or give --keys"};
}

KeyAlgorithm algorithm_of(std::string_view word) {
  for (const auto& [name, algorithm] : algorithms)
    if (name == word) return algorithm;
  return KeyAlgorithm::eddsa;
}

/// Needs no database: nobody knows the key until a server loads it.
int generate(Process& process, const std::string& algorithm) {
  const auto settings = settings_for_command(process);
  if (!settings) return exit_settings;
  if (settings->keys_path.empty()) return report(process.output, no_folder());
  SystemRandom random;
  const auto made = generate_key(settings->environment, algorithm_of(algorithm), random);
  const auto written = write_key_file(settings->keys_path, made.file_name, made.text);
  if (!written)
    return report(process.output,
                  SettingProblems{fmt::format("CLAVIGER_KEYS: {}: cannot write: {}",
                                              settings->keys_path, written.error())});
  const Record record{{"kid", made.key.kid()},
                      {"algorithm", std::string(made.key.algorithm())},
                      {"file", settings->keys_path + "/" + made.file_name}};
  process.output.out += process.json ? json_line(record) : text_lines(record);
  process.output.err +=
      "Made. Servers with this folder load and publish it within seconds. Have it sign by: "
      "claviger "
      "key rotate\n";
  return exit_ok;
}

Status rotate(Context& context, const Options& options) {
  const auto rotated =
      TRY(rotate_key(context.services,
                     {.kid = options.kid, .now = options.now, .members = context.session.members()},
                     Origin::command_line()));
  auto record = record_of(rotated.key);
  record.push_back({"signed_before", rotated.before ? Value(*rotated.before) : Value()});
  add_fenced(record, rotated.fenced);
  context.show(record);
  context.say(
      "It signs. Tokens of the key before stay good until that is retired, or its file is "
      "removed.");
  return {};
}

Status retire(Context& context, const std::string& kid) {
  const auto retired = TRY(retire_key(context.services, kid, Origin::command_line()));
  auto record = record_of(retired.key);
  add_fenced(record, retired.fenced);
  context.show(record);
  context.say(
      "Retired. All that it has signed is refused, for good; take it out of the settings, or its "
      "file out of the folder.");
  return {};
}

void add_generate(CLI::App& group, Chosen& chosen) {
  const auto options = std::make_shared<Options>();
  auto& command =
      add_command(group, "generate",
                  "Put a new key into the folder of CLAVIGER_KEYS; it checks, and signs later",
                  "claviger key generate --keys /etc/claviger/keys", chosen,
                  [options](Process& process) { return generate(process, options->algorithm); });
  command
      .add_option("--algorithm", options->algorithm,
                  "eddsa or es256, which others can check by the published key; or hs256")
      ->type_name("NAME")
      ->check(CLI::IsMember({"eddsa", "es256", "hs256"}))
      ->default_str("eddsa");
  add_json(command, chosen);
  add_setting_flags(command, chosen, false);
}

void add_rotate(CLI::App& group, Chosen& chosen) {
  const auto options = std::make_shared<Options>();
  auto& command = add_command(
      group, "rotate", "Have another key sign, on every node; the one before goes on checking",
      "claviger key rotate --keys /etc/claviger/keys", chosen, [options](Process& process) {
        const auto settings = load_settings(process.sources, Purpose::command);
        if (settings && settings->settings.keys_path.empty())
          return report(process.output, no_folder());
        return run_with_session(process, {},
                                [&](Context& context) { return rotate(context, *options); });
      });
  command.add_option("KID", options->kid, "its name (see key list); otherwise the newest")
      ->type_name("");
  command.add_flag("--now", options->now,
                   "although a server may not have loaded it, or a caller not fetched it yet");
  add_json(command, chosen);
  add_setting_flags(command, chosen, false);
}

}  // namespace

void add_key_group(CLI::App& app, Chosen& chosen) {
  auto& group = add_group(app, "key", "Keys that sign and check tokens");
  add_session_command(group, "list",
                      "List the keys that the database has seen; loaded: in these settings",
                      "claviger key list", chosen, {}, list);
  add_generate(group, chosen);
  add_rotate(group, chosen);
  const auto kid = std::make_shared<std::string>();
  add_session_command(group, "retire", "Refuse all that a key has signed, on every node, for good",
                      "claviger key retire production.4ae1c62f9d3b58e07d1c92ab", chosen, {},
                      [kid](Context& context) { return retire(context, *kid); })
      .add_option("KID", *kid, "its name, as in a token's header (see key list)")
      ->type_name("")
      ->required();
}

}  // namespace claviger::cli
