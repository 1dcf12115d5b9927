// Who works with the admin panel: for whoever runs the server, and before anybody can log in.
#include <CLI/CLI.hpp>

#include "cli/groups.h"
#include "service/administrators.h"
#include "service/sessions.h"

namespace claviger::cli {
namespace {

struct Options {
  std::string email{};
  std::string role = "administrator";
};

/// Where browsers on this machine, or on another by the server's name, find the panel.
std::string panel_url(const Settings& settings) {
  if (!settings.public_url.empty()) return settings.public_url + "/admin/";
  const auto& endpoint = settings.listen.front();
  const bool is_everywhere = endpoint.host == "0.0.0.0" || endpoint.host == "::";
  const bool is_ipv6 = endpoint.host.find(':') != std::string::npos;
  const auto host = is_everywhere ? "localhost"
                    : is_ipv6     ? "[" + endpoint.host + "]"
                                  : endpoint.host;
  const std::string scheme = settings.tls_paths.certificate.empty() ? "http://" : "https://";
  return scheme + host + ":" + std::to_string(endpoint.port) + "/admin/";
}

Result<Email> email_of(const Options& options) {
  if (const auto email = Email::parse(options.email)) return *email;
  return fail(unacceptable("EMAIL", "must be an e-mail address, in ASCII"));
}

/// CLI11 has made sure that it is one of the two.
AdminRole role_of(const Options& options) {
  return parse_role(options.role).value_or(AdminRole::auditor);
}

Record record_of(const Administrator& administrator) {
  const auto& at = administrator.added_at;
  return {{"email", administrator.email.text()},
          {"role", std::string(word_of(administrator.role))},
          {"source", at ? "list" : "setting"},
          {"added_at", at ? Value(rfc3339(*at)) : Value()},
          {"added_by", at ? Value(administrator.added_by) : Value()}};
}

Record record_of(const AdminSession& session) {
  return {{"id", session.id.text()},
          {"email", session.email.text()},
          {"role", std::string(word_of(session.role))},
          {"way", std::string(word_of(session.way))},
          {"created_at", rfc3339(session.created_at)},
          {"last_seen_at", rfc3339(session.last_seen_at)},
          {"expires_at", rfc3339(session.expires_at)}};
}

/// Without an address, that of the first administrator in the settings.
Result<Email> link_email(const Context& context, const Options& options) {
  if (!options.email.empty()) return email_of(options);
  if (!context.settings.admin_emails.empty()) return context.settings.admin_emails.front();
  return *Email::parse("admin@localhost");
}

Status login_link(Context& context, const Options& options) {
  const auto email = TRY(link_email(context, options));
  const auto made =
      TRY(make_login_link(context.services, email, role_of(options), Origin::command_line()));
  const Record record{{"email", email.text()},
                      {"role", options.role},
                      {"expires_at", rfc3339(made.link.expires_at)}};
  const auto link = made.code.reveal([&](std::string_view code) {
    auto text = panel_url(context.settings) + "#/login/link/" + std::string(code);
    return LoginCode::take(text);
  });
  context.show_once(record, "link", link);
  context.say("Standard output has the link. It logs in once, before that time.");
  return {};
}

Status allow(Context& context, const Options& options) {
  const auto email = TRY(email_of(options));
  const ListChange change{.origin = Origin::command_line()};
  context.show(
      record_of(TRY(add_administrator(context.services, email, role_of(options), change))));
  return {};
}

Status remove(Context& context, const Options& options) {
  const auto email = TRY(email_of(options));
  TRY_STATUS(remove_administrator(context.services, email, {.origin = Origin::command_line()}));
  context.say("Removed. Its sessions have ended.");
  return {};
}

Status list(Context& context) {
  std::vector<Record> rows;
  for (const auto& administrator : TRY(list_administrators(context.services)))
    rows.push_back(record_of(administrator));
  context.output.out += context.json
                            ? json_list_line("administrators", rows, {})
                            : text_table({"email", "role", "source", "added_at", "added_by"}, rows);
  return {};
}

Status sessions(Context& context) {
  std::vector<Record> rows;
  for (const auto& session : TRY(list_sessions(context.services, std::nullopt)))
    rows.push_back(record_of(session));
  context.output.out +=
      context.json ? json_list_line("sessions", rows, {})
                   : text_table({"id", "email", "role", "way", "created_at", "last_seen_at"}, rows);
  return {};
}

Status log_out(Context& context, const Options& options) {
  const auto email = TRY(email_of(options));
  const auto ended = TRY(end_sessions(context.services, email, Origin::command_line()));
  context.show({{"email", email.text()}, {"ended", ended}});
  return {};
}

void add_email(CLI::App& command, Options& options) {
  command.add_option("EMAIL", options.email, "an e-mail address")->type_name("")->required();
}

void add_role(CLI::App& command, Options& options) {
  command.add_option("--role", options.role, "administrator, or auditor, who changes nothing")
      ->type_name("ROLE")
      ->check(CLI::IsMember({"administrator", "auditor"}))
      ->capture_default_str();
}

void add_login_link(CLI::App& group, Chosen& chosen) {
  const auto options = std::make_shared<Options>();
  auto& command = add_session_command(
      group, "login-link", "Make a link that logs in to the panel once, within ten minutes",
      "claviger admin login-link --email ada@example.com", chosen, {},
      [options](Context& context) { return login_link(context, *options); });
  command
      .add_option("--email", options->email,
                  "whose session it is to be; the first of CLAVIGER_ADMIN_EMAILS, or "
                  "admin@localhost, if not given")
      ->type_name("EMAIL");
  add_role(command, *options);
}

}  // namespace

void add_admin_group(CLI::App& app, Chosen& chosen) {
  auto& group = add_group(app, "admin", "Who works with the admin panel");
  add_login_link(group, chosen);
  const auto options = std::make_shared<Options>();
  auto& allowing =
      add_session_command(group, "allow", "Let an address log in by OpenID Connect",
                          "claviger admin allow grace@example.com --role auditor", chosen, {},
                          [options](Context& context) { return allow(context, *options); });
  add_email(allowing, *options);
  add_role(allowing, *options);
  add_email(
      add_session_command(group, "remove", "Take an address off the list, and end its sessions",
                          "claviger admin remove grace@example.com", chosen, {},
                          [options](Context& context) { return remove(context, *options); }),
      *options);
  add_session_command(group, "list", "List who may log in by OpenID Connect", "claviger admin list",
                      chosen, {}, list);
  add_session_command(group, "sessions", "List the sessions of the panel",
                      "claviger admin sessions", chosen, {}, sessions);
  add_email(add_session_command(group, "log-out", "End all sessions of an address",
                                "claviger admin log-out grace@example.com", chosen, {},
                                [options](Context& context) { return log_out(context, *options); }),
            *options);
}

}  // namespace claviger::cli
