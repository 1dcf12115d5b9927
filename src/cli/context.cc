#include "cli/context.h"

#include <fmt/format.h>

#include "service/users.h"

namespace claviger::cli {

void Context::show_once_text(const Record& record, std::string_view name, std::string_view text) {
  output.out.reserve(4096);  // so that no reallocation leaves a copy of the secret behind
  if (json) {
    output.out += "{" + json_members(record) + ",\"";
    output.out.append(name).append("\":\"").append(text).append("\"}\n");
    return;
  }
  output.out.append(text).append("\n");
  output.err += text_lines(record);
}

ExitStatus exit_status(Code code) {
  switch (code) {
    case Code::malformed_request:
    case Code::malformed_body:
    case Code::duplicate_field:
    case Code::unsupported_grant_type:
    case Code::invalid_scope:
    case Code::missing_credential:
    case Code::method_not_allowed:
    case Code::too_large:
    case Code::unsupported_media_type:
    case Code::unacceptable_field:
      return exit_usage;
    case Code::invalid_credential:
    case Code::wrong_environment:
    case Code::invalid_token:
    case Code::no_session:
    case Code::invalid_link:
    case Code::master_disabled:
    case Code::insufficient_scope:
    case Code::csrf:
    case Code::auditor:
    case Code::openid_not_allowed:
    case Code::openid_not_verified:
    case Code::openid_expired:
    case Code::openid_failed:
    case Code::address_not_allowed:
    case Code::too_many_attempts:
      return exit_refused;
    case Code::not_found:
      return exit_not_found;
    case Code::conflict:
    case Code::signing_key_retired:
    case Code::signing_key_missing:
      return exit_conflict;
    case Code::overloaded:
    case Code::storage_unavailable:
    case Code::fence_incomplete:
    case Code::shutting_down:
      return exit_storage;
  }
  return exit_refused;
}

int report(Output& output, const Error& error) {
  output.err += "claviger: " + error.detail;
  if (!error.cause.empty()) output.err += " (" + error.cause + ")";
  output.err += "\n";
  for (const auto& field : error.fields)
    output.err += fmt::format("claviger: {} {}\n", field.field, field.message);
  return exit_status(error.code);
}

int report(Output& output, const SettingProblems& problems) {
  for (const auto& problem : problems) output.err += "claviger: " + problem + "\n";
  return exit_settings;
}

std::optional<Settings> settings_for_command(Process& process) {
  auto loaded = load_settings(process.sources, Purpose::command);
  if (!loaded) {
    report(process.output, loaded.error());
    return std::nullopt;
  }
  for (const auto& warning : loaded->warnings)
    process.output.err += "claviger: warning: " + warning + "\n";
  return std::move(loaded->settings);
}

int run_with_session(Process& process, const Needs& needs,
                     const std::function<Status(Context&)>& command) {
  const auto settings = settings_for_command(process);
  if (!settings) return exit_settings;
  if (needs.signing_key && settings->jwt_secret_key.empty() && !settings->signing_key &&
      settings->keys_path.empty())
    return report(process.output,
                  SettingProblems{"JWT_SECRET_KEY: it is not set, and this command works with "
                                  "tokens; set it to the server's, or JWT_SECRET_KEY_FILE, "
                                  "CLAVIGER_SIGNING_KEY or CLAVIGER_KEYS"});
  auto session = process.wiring.open(*settings, needs.missing_database);
  if (!session) return report(process.output, session.error());
  Context context{.services = (*session)->services(),
                  .session = **session,
                  .settings = *settings,
                  .json = process.json,
                  .output = process.output};
  const auto done = command(context);
  return done ? exit_ok : report(process.output, done.error());
}

Result<ActingClient> acting_client(Context& context, const std::string& named) {
  if (!named.empty()) {
    const auto id = ClientId::parse(named);
    if (!id) return fail(unacceptable("client", "must be the id of a client"));
    return operator_for(context.services, *id);
  }
  const auto& key = context.settings.client_api_key;
  if (!key)
    return fail(Code::missing_credential,
                "No client is named: give its id (see claviger client list), or set CLIENT_API_KEY "
                "to its key.");
  return key->reveal(
      [&](std::string_view text) { return authenticate_client(context.services, text); });
}

Result<UserId> named_user(Context& context, const ActingClient& acting, const std::string& named) {
  if (const auto id = UserId::parse(named)) {
    const auto user = get_user(context.services, acting, *id);
    if (user) return *id;
    if (user.error().code != Code::not_found) return fail(user.error());
  }
  return find_user_id(context.services, acting, named);
}

}  // namespace claviger::cli
