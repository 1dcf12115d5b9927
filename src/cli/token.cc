#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/limits.h"
#include "cli/groups.h"
#include "cli/records.h"
#include "cli/secret_input.h"
#include "service/audit.h"

namespace claviger::cli {
namespace {

constexpr std::pair<std::string_view, TokenState> states[] = {
    {"live", TokenState::live}, {"expired", TokenState::expired}, {"revoked", TokenState::revoked}};

struct Options {
  std::string client;  // an id; empty: that of CLIENT_API_KEY
  std::string user;    // an identifier, or an id
  std::string token;   // an id
  std::string secret_file;
  std::string created_by;
  std::string state;
  std::string before;
  std::int64_t limit = limits::page_size_max;
  std::optional<std::int64_t> expires_in_s;
};

Status issue(Context& context, const Options& options) {
  const auto acting = TRY(acting_client(context, options.client));
  const auto secret = TRY(read_secret(options.secret_file, "secret"));
  if (!context.services.keys.is_named()) {  // else the database says which one it is
    const auto keys = TRY(note_keys(context.services, acting.origin()));
    if (keys.signed_before && !keys.unseen.empty())
      context.say("The key that signs is new to this database: is it the server's?");
  }
  const auto issued = TRY(secret.reveal([&](std::string_view text) {
    return issue_token(context.services, acting,
                       {.identifier = options.user,
                        .secret = text,
                        .expires_in = options.expires_in_s,
                        .created_by_username = options.created_by});
  }));
  const Record record{{"id", issued.id.text()},
                      {"token_type", "bearer"},
                      {"expires_at", rfc3339(issued.expires_at)},
                      {"expires_in", issued.expires_in},
                      {"is_revoked", false},
                      {"user_id", issued.user_id.text()},
                      {"client_id", issued.client_id.text()}};
  context.show_once(record, "token", issued.text);
  context.say("Standard output has the token. It is not shown again.");
  return {};
}

Result<TokenListing> listing_of(Context& context, const ActingClient& acting,
                                const Options& options) {
  TokenListing listing{};
  if (!options.user.empty()) listing.user_id = TRY(named_user(context, acting, options.user));
  if (!options.before.empty()) {
    listing.before = TokenId::parse(options.before);
    if (!listing.before) return fail(unacceptable("before", "must be the id of a token"));
  }
  for (const auto& [word, state] : states)
    if (options.state == word) listing.state = state;
  return listing;
}

Status list(Context& context, const Options& options) {
  const auto acting = TRY(acting_client(context, options.client));
  auto listing = TRY(listing_of(context, acting, options));
  const auto now = context.services.clock.now();
  std::vector<Record> rows;
  do {
    const auto left = options.limit - static_cast<std::int64_t>(rows.size());
    listing.page_size = std::min(left, limits::page_size_max);
    const auto page = TRY(list_tokens(context.services, acting, listing));
    for (const auto& token : page.tokens) rows.push_back(record_of(token, now));
    listing.before = page.next;
  } while (listing.before && static_cast<std::int64_t>(rows.size()) < options.limit);

  const auto next = listing.before ? Value(listing.before->text()) : Value();
  if (context.json) {
    context.output.out += json_list_line("tokens", rows, {{"next_cursor", next}});
    return {};
  }
  context.output.out += text_table(
      {"id", "username", "state", "token_value", "created_at", "expires_at", "last_used_at"}, rows);
  if (listing.before) context.say("There are more: --before " + listing.before->text());
  return {};
}

Result<TokenId> token_id(const Options& options) {
  const auto id = TokenId::parse(options.token);
  if (!id)
    return fail(unacceptable("token", "must be the id of a token, not the token (see token list)"));
  return *id;
}

Status show(Context& context, const Options& options) {
  const auto id = TRY(token_id(options));
  const auto acting = TRY(acting_client(context, options.client));
  const auto token = TRY(get_token(context.services, acting, id));
  context.show(record_of(token, context.services.clock.now()));
  return {};
}

Status revoke_all(Context& context, const Options& options) {
  const auto acting = TRY(acting_client(context, options.client));
  const auto id = TRY(named_user(context, acting, options.user));
  const auto revoked = TRY(revoke_user_tokens(context.services, acting, id));
  Record record{{"user_id", id.text()}, {"revoked", revoked.count}};
  add_fenced(record, revoked.fenced);
  context.show(record);
  return {};
}

Status revoke(Context& context, const Options& options) {
  if (options.token.empty() == options.user.empty())
    return fail(Code::unacceptable_field, "Give the id of one token, or --user for all of a user.");
  if (options.token.empty()) return revoke_all(context, options);
  const auto id = TRY(token_id(options));
  const auto acting = TRY(acting_client(context, options.client));
  const auto revoked = TRY(revoke_token(context.services, acting, id));
  const auto& at = revoked.token.revoked_at;
  Record record{
      {"id", id.text()}, {"is_revoked", true}, {"revoked_at", at ? Value(rfc3339(*at)) : Value()}};
  add_fenced(record, revoked.fenced);
  context.show(record);
  return {};
}

Status verify(Context& context, const Options& options) {
  const auto token = TRY(read_secret(options.secret_file, "token"));
  const auto verdict =
      token.reveal([&](std::string_view text) { return check_token(context.services, text); });
  if (const auto* identity = std::get_if<Identity>(&verdict)) {
    context.show(record_of(*identity));
    return {};
  }
  if (const auto* error = std::get_if<Error>(&verdict)) return fail(*error);
  const auto& refusal = std::get<TokenRefusal>(verdict);
  const std::string why(description(refusal.kind));
  if (context.json)
    context.output.out += json_line({{"error", "invalid_token"}, {"error_description", why}});
  std::string detail = "Refused: " + why;
  const auto& here = context.services.policy.environment.name();
  if (!refusal.environment.empty() && refusal.environment != here)
    detail += ": it belongs to the environment " + refusal.environment + ", this is " + here;
  return fail(Code::invalid_token, detail + ".", std::string(refusal.reason));
}

using Command = Status (*)(Context&, const Options&);

CLI::App& add(CLI::App& group, const char* name, const char* help, const char* example,
              Chosen& chosen, Command command, const std::shared_ptr<Options>& options,
              bool signing_key = false) {
  return add_session_command(
      group, name, help, example, chosen, {.signing_key = signing_key},
      [command, options](Context& context) { return command(context, *options); });
}

void add_client_option(CLI::App& command, Options& options) {
  command.add_option("--client", options.client, "the client (default: that of CLIENT_API_KEY)")
      ->type_name("ID");
}

void add_issue(CLI::App& group, Chosen& chosen) {
  const auto o = std::make_shared<Options>();
  auto& command =
      add(group, "issue", "Issue a token for a user's secret; prints it once",
          "claviger token issue --client ID glchat_user < secret > token", chosen, issue, o, true);
  add_client_option(command, *o);
  command.add_option("USER", o->user, "the user's identifier")->type_name("")->required();
  command
      .add_option("--secret-file", o->secret_file,
                  "a file with the secret (default: standard input)")
      ->type_name("PATH");
  command.add_option("--expires-in", o->expires_in_s, "its lifetime (default: the operator's)")
      ->type_name("SECONDS");
  command.add_option("--created-by", o->created_by, "the administrator who does this for the user")
      ->type_name("NAME");
}

void add_list(CLI::App& group, Chosen& chosen) {
  const auto o = std::make_shared<Options>();
  auto& command =
      add(group, "list", "List a client's tokens, newest first",
          "claviger token list --client ID --user glchat_user --state live", chosen, list, o);
  add_client_option(command, *o);
  command.add_option("--user", o->user, "only this user's: identifier or id")->type_name("USER");
  command.add_option("--state", o->state, "only live, expired or revoked ones")
      ->type_name("STATE")
      ->check(CLI::IsMember({"live", "expired", "revoked"}).description(""));
  command.add_option("--limit", o->limit, "how many at most (default: 100)")
      ->type_name("NUMBER")
      ->check(CLI::Range(std::int64_t{1}, limits::page_max).description(""));
  command.add_option("--before", o->before, "only those older than this one")->type_name("ID");
}

void add_revoke(CLI::App& group, Chosen& chosen) {
  const auto o = std::make_shared<Options>();
  auto& command = add(group, "revoke", "Revoke one token, or all of a user",
                      "claviger token revoke --client ID --user glchat_user", chosen, revoke, o);
  add_client_option(command, *o);
  command.add_option("TOKEN-ID", o->token, "the token's id")->type_name("");
  command.add_option("--user", o->user, "instead, all tokens of this user: identifier or id")
      ->type_name("USER");
}

}  // namespace

void add_token_group(CLI::App& app, Chosen& chosen) {
  auto& group = add_group(app, "token", "Tokens: what a user's secret is exchanged for");
  add_issue(group, chosen);
  add_list(group, chosen);
  const auto shown = std::make_shared<Options>();
  auto& show_command = add(group, "show", "Show a token's record",
                           "claviger token show --client ID TOKEN-ID", chosen, show, shown);
  add_client_option(show_command, *shown);
  show_command.add_option("TOKEN-ID", shown->token, "the token's id")->type_name("")->required();
  add_revoke(group, chosen);
  const auto verified = std::make_shared<Options>();
  add(group, "verify", "Check a token as the server does; exit status 1 if it is refused",
      "claviger token verify < token", chosen, verify, verified, true)
      .add_option("--token-file", verified->secret_file,
                  "a file with the token (default: standard input)")
      ->type_name("PATH");
}

}  // namespace claviger::cli
