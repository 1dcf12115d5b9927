#include <CLI/CLI.hpp>

#include "base/limits.h"
#include "cli/groups.h"
#include "cli/records.h"
#include "service/users.h"

namespace claviger::cli {
namespace {

struct Options {
  std::string client;  // an id; empty: that of CLIENT_API_KEY
  std::string user;    // an identifier, or an id
  std::vector<std::string> scopes;
  std::int64_t page = 1;
  std::int64_t page_size = limits::page_size_default;
  std::int64_t grace_period_s = 0;
  bool revoke_tokens = false;
};

Status create(Context& context, const Options& options) {
  const auto acting = TRY(acting_client(context, options.client));
  std::optional<std::vector<std::string>> scopes;
  if (!options.scopes.empty()) scopes = options.scopes;
  const auto created = TRY(create_user(context.services, acting, options.user, scopes));
  const Record record{{"id", created.user.id.text()},
                      {"identifier", created.user.identifier},
                      {"secret_preview", created.user.secret_preview},
                      {"is_active", created.user.is_active},
                      {"client_id", created.user.client_id.text()}};
  context.show_once(record, "secret", created.secret);
  context.say("Standard output has the secret. It is not shown again.");
  return {};
}

Status list(Context& context, const Options& options) {
  const auto acting = TRY(acting_client(context, options.client));
  const auto page = TRY(list_users(context.services, acting, options.page, options.page_size));
  std::vector<Record> rows;
  for (const auto& row : page.users) rows.push_back(record_of(row));
  if (context.json) {
    context.output.out += json_list_line(
        "users", rows,
        {{"total", page.total}, {"page", options.page}, {"page_size", options.page_size}});
    return {};
  }
  context.output.out += text_table(
      {"id", "identifier", "is_active", "scopes", "token_value", "expired_at", "last_used_at"},
      rows);
  context.say("Page " + std::to_string(options.page) +
              "; users in all: " + std::to_string(page.total));
  return {};
}

Status show(Context& context, const Options& options) {
  const auto acting = TRY(acting_client(context, options.client));
  const auto id = TRY(named_user(context, acting, options.user));
  context.show(record_of(TRY(get_user(context.services, acting, id))));
  return {};
}

Status rotate(Context& context, const Options& options) {
  const auto acting = TRY(acting_client(context, options.client));
  const auto id = TRY(named_user(context, acting, options.user));
  const auto rotated = TRY(rotate_secret(
      context.services, acting, id,
      {.grace_period = seconds{options.grace_period_s}, .revoke_tokens = options.revoke_tokens}));
  const auto& until = rotated.user.previous_secret_expires_at;
  Record record{{"id", rotated.user.id.text()},
                {"identifier", rotated.user.identifier},
                {"secret_preview", rotated.user.secret_preview},
                {"previous_secret_expires_at", until ? Value(rfc3339(*until)) : Value()}};
  add_fenced(record, rotated.fenced);
  context.show_once(record, "secret", rotated.secret);
  context.say("Standard output has the new secret. It is not shown again.");
  return {};
}

Status set_active(Context& context, const Options& options, bool active) {
  const auto acting = TRY(acting_client(context, options.client));
  const auto id = TRY(named_user(context, acting, options.user));
  const auto updated =
      TRY(update_user(context.services, acting, id, {.is_active = active, .scopes = {}}));
  auto record = record_of(updated.user);
  add_fenced(record, updated.fenced);
  context.show(record);
  context.say(active ? "Active. Tokens from before stay refused; new ones can be issued."
                     : "Inactive. All its tokens are refused, for good.");
  return {};
}

/// The options that say which user of which client.
void add_user_options(CLI::App& command, Options& options, const char* help) {
  command.add_option("--client", options.client, "its client (default: that of CLIENT_API_KEY)")
      ->type_name("ID");
  command.add_option("USER", options.user, help)->type_name("")->required();
}

using Command = Status (*)(Context&, const Options&);

CLI::App& add(CLI::App& group, const char* name, const char* help, const char* example,
              Chosen& chosen, Command command, const std::shared_ptr<Options>& options) {
  return add_session_command(
      group, name, help, example, chosen, {},
      [command, options](Context& context) { return command(context, *options); });
}

void add_create(CLI::App& group, Chosen& chosen) {
  const auto o = std::make_shared<Options>();
  auto& command = add(group, "create", "Create a user; prints its secret once",
                      "claviger user create --client ID glchat_user --scope read:all > secret",
                      chosen, create, o);
  add_user_options(command, *o, "its identifier, 1 to 255 characters");
  command.add_option("--scope", o->scopes, "a scope; once for each (default: read:all)")
      ->type_name("SCOPE")
      ->expected(1)
      ->take_all();
}

void add_list(CLI::App& group, Chosen& chosen) {
  const auto o = std::make_shared<Options>();
  auto& command = add(group, "list", "List a client's users with their newest token",
                      "claviger user list --client ID --page 2", chosen, list, o);
  command.add_option("--client", o->client, "the client (default: that of CLIENT_API_KEY)")
      ->type_name("ID");
  command.add_option("--page", o->page, "from 1 (default: 1)")->type_name("NUMBER");
  command.add_option("--page-size", o->page_size, "1 to 100 (default: 20)")->type_name("NUMBER");
}

void add_rotate(CLI::App& group, Chosen& chosen) {
  const auto o = std::make_shared<Options>();
  auto& command = add(group, "rotate", "Give a user a new secret; prints it once",
                      "claviger user rotate --client ID glchat_user --grace-period 3600 > secret",
                      chosen, rotate, o);
  add_user_options(command, *o, "its identifier or id");
  command
      .add_option("--grace-period", o->grace_period_s,
                  "how long the old secret goes on working, 0 to 604800 (default: 0)")
      ->type_name("SECONDS");
  command.add_flag("--revoke-tokens", o->revoke_tokens, "revoke all tokens of the user as well");
}

}  // namespace

void add_user_group(CLI::App& app, Chosen& chosen) {
  auto& group = add_group(app, "user", "Users: a client's integrations, with a secret each");
  add_create(group, chosen);
  add_list(group, chosen);
  const auto o = std::make_shared<Options>();
  add_user_options(add(group, "show", "Show a user", "claviger user show --client ID glchat_user",
                       chosen, show, o),
                   *o, "its identifier or id");
  add_rotate(group, chosen);
  add_user_options(
      add(
          group, "deactivate", "Refuse a user and all its tokens, for good",
          "claviger user deactivate --client ID glchat_user", chosen,
          [](Context& c, const Options& options) { return set_active(c, options, false); }, o),
      *o, "its identifier or id");
  add_user_options(
      add(
          group, "activate", "Let a user get tokens again; tokens from before stay refused",
          "claviger user activate --client ID glchat_user", chosen,
          [](Context& c, const Options& options) { return set_active(c, options, true); }, o),
      *o, "its identifier or id");
}

}  // namespace claviger::cli
