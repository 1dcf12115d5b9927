#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/limits.h"
#include "cli/groups.h"
#include "cli/records.h"

namespace claviger::cli {
namespace {

struct Options {
  std::string client;  // an id; empty: that of CLIENT_API_KEY
  std::string name;
  std::string after;
  std::int64_t limit = limits::page_size_max;
  std::int64_t grace_period_s = 0;
  bool revoke_tokens = false;
};

Status create(Context& context, const Options& options) {
  const auto created = TRY(create_client(context.services, Origin::command_line(), options.name));
  const Record record{{"id", created.client.id.text()},
                      {"name", created.client.name},
                      {"is_active", created.client.is_active},
                      {"created_at", rfc3339(created.client.created_at)}};
  context.show_once(record, "api_key", created.api_key);
  context.say("Standard output has the API key. It is not shown again.");
  return {};
}

/// Rows until the limit, and the cursor that goes on from there.
Result<ClientPage> read_clients(Context& context, const Options& options) {
  ClientPage all;
  if (!options.after.empty()) {
    all.next = ClientId::parse(options.after);
    if (!all.next) return fail(unacceptable("after", "must be the id of a client"));
  }
  do {
    const auto left = options.limit - static_cast<std::int64_t>(all.clients.size());
    auto page =
        TRY(list_clients(context.services, all.next, std::min(left, limits::page_size_max)));
    all.next = page.next;
    for (auto& client : page.clients) all.clients.push_back(std::move(client));
  } while (all.next && static_cast<std::int64_t>(all.clients.size()) < options.limit);
  return all;
}

Status list(Context& context, const Options& options) {
  const auto page = TRY(read_clients(context, options));
  std::vector<Record> rows;
  for (const auto& client : page.clients) rows.push_back(record_of(client));
  const auto next = page.next ? Value(page.next->text()) : Value();
  if (context.json) {
    context.output.out += json_list_line("clients", rows, {{"next_cursor", next}});
    return {};
  }
  context.output.out += text_table(
      {"id", "name", "is_active", "users_total", "api_key_preview", "last_used_at", "created_at"},
      rows);
  if (page.next) context.say("There are more: --after " + page.next->text());
  return {};
}

Status show(Context& context, const Options& options) {
  const auto acting = TRY(acting_client(context, options.client));
  context.show(record_of(TRY(get_client(context.services, acting))));
  return {};
}

Status rotate(Context& context, const Options& options) {
  const auto acting = TRY(acting_client(context, options.client));
  const auto rotated = TRY(rotate_api_key(
      context.services, acting,
      {.grace_period = seconds{options.grace_period_s}, .revoke_tokens = options.revoke_tokens}));
  const auto& until = rotated.client.previous_api_key_expires_at;
  Record record{{"id", rotated.client.id.text()},
                {"name", rotated.client.name},
                {"api_key_preview", rotated.client.api_key_preview},
                {"previous_api_key_expires_at", until ? Value(rfc3339(*until)) : Value()}};
  add_fenced(record, rotated.fenced);
  context.show_once(record, "api_key", rotated.api_key);
  context.say("Standard output has the new API key. It is not shown again.");
  if (options.client.empty()) context.say("CLIENT_API_KEY holds the old one: change it.");
  return {};
}

Status set_active(Context& context, const Options& options, bool active) {
  const auto acting = TRY(acting_client(context, options.client));
  const auto updated = TRY(set_client_active(context.services, acting, active));
  auto record = record_of(updated.client);
  add_fenced(record, updated.fenced);
  context.show(record);
  context.say(active ? "Active. Tokens from before stay refused; new ones can be issued."
                     : "Inactive. All its tokens are refused, for good.");
  return {};
}

void add_list(CLI::App& group, Chosen& chosen) {
  const auto o = std::make_shared<Options>();
  auto& command = add_session_command(group, "list", "List clients, in the order of creation",
                                      "claviger client list --limit 1000", chosen, {},
                                      [o](Context& context) { return list(context, *o); });
  command.add_option("--limit", o->limit, "how many at most (default: 100)")
      ->type_name("NUMBER")
      ->check(CLI::Range(std::int64_t{1}, limits::page_max).description(""));
  command.add_option("--after", o->after, "only those created after this one")->type_name("ID");
}

void add_rotate(CLI::App& group, Chosen& chosen) {
  const auto o = std::make_shared<Options>();
  auto& command =
      add_session_command(group, "rotate", "Give a client a new API key; prints it once",
                          "claviger client rotate ID --grace-period 3600 > api-key", chosen, {},
                          [o](Context& c) { return rotate(c, *o); });
  command.add_option("CLIENT-ID", o->client, "its id (default: the client of CLIENT_API_KEY)")
      ->type_name("");
  command
      .add_option("--grace-period", o->grace_period_s,
                  "how long the old key goes on working, 0 to 604800 (default: 0)")
      ->type_name("SECONDS");
  command.add_flag("--revoke-tokens", o->revoke_tokens, "revoke all tokens of the client as well");
}

void add_set_active(CLI::App& group, Chosen& chosen, bool active) {
  const auto o = std::make_shared<Options>();
  auto& command = add_session_command(
      group, active ? "activate" : "deactivate",
      active ? "Let a client act again; tokens from before stay refused"
             : "Refuse a client's API key and all its tokens, for good",
      active ? "claviger client activate ID" : "claviger client deactivate ID", chosen, {},
      [o, active](Context& context) { return set_active(context, *o, active); });
  command.add_option("CLIENT-ID", o->client, "its id")->type_name("")->required();
}

}  // namespace

void add_client_group(CLI::App& app, Chosen& chosen) {
  auto& group = add_group(app, "client", "Clients: companies or applications with an API key");
  const auto o = std::make_shared<Options>();
  add_session_command(group, "create", "Create a client; prints its API key once",
                      "claviger client create example_company > api-key", chosen,
                      {.missing_database = Missing::create},
                      [o](Context& context) { return create(context, *o); })
      .add_option("NAME", o->name, "its name, 1 to 255 characters")
      ->type_name("")
      ->required();
  add_list(group, chosen);
  add_session_command(group, "show", "Show a client", "claviger client show ID", chosen, {},
                      [o](Context& context) { return show(context, *o); })
      .add_option("CLIENT-ID", o->client, "its id (default: the client of CLIENT_API_KEY)")
      ->type_name("");
  add_rotate(group, chosen);
  add_set_active(group, chosen, false);
  add_set_active(group, chosen, true);
}

}  // namespace claviger::cli
