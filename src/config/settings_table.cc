#include "config/settings_table.h"

#include <algorithm>
#include <array>
#include <limits>
#include <thread>
#include <vector>

#include "base/limits.h"
#include "config/values.h"

namespace claviger {
namespace {

using Error = std::optional<ValueError>;

constexpr std::int64_t workers_max = 256;
constexpr std::int64_t attempts_per_minute_max = 1'000'000;
constexpr std::int64_t cache_tokens_min = 1'000;
constexpr std::int64_t ten_years_s = 10LL * 365 * 24 * 3600;
constexpr std::size_t slips_max = 2;

Error parse_pem_path(std::string_view text, std::string& out) {
  if (text.empty()) return ValueError{"the path is empty", "give the path of a PEM file"};
  out = text;  // the loader reads it
  return std::nullopt;
}

Error parse_checkpoint_file(std::string_view text, Settings& out) {
  if (text.empty()) return ValueError{"the path is empty", "give the path of a file"};
  out.audit_checkpoint_file = text;
  return std::nullopt;
}

Error parse_keys(std::string_view text, Settings& out) {
  if (text.empty()) return ValueError{"the path is empty", "give the path of a folder"};
  out.keys_path = text;
  return std::nullopt;
}

/// The loader itself follows the path.
Error parse_config(std::string_view text, Settings&) {
  if (!text.empty()) return std::nullopt;
  return ValueError{"the path is empty", "give the path of a settings file"};
}

template <class Out>
Error parse_secret(std::string_view text, Out& out) {
  auto wrong = values::secret_text(text);
  if (!wrong) out = Out(text);
  return wrong;
}
template <class Tag>
Error parse_secret(std::string_view text, std::optional<Secret<Tag>>& out) {
  return parse_secret(text, out.emplace());
}

Error parse_environment(std::string_view text, Settings& out) {
  const auto environment = Environment::parse(text);
  if (!environment)
    return ValueError{values::quoted(text) + " is not the name of an environment",
                      "give 1 to 32 of a-z, 0-9 and inner single hyphens, a letter first"};
  out.environment = *environment;
  return std::nullopt;
}

Error parse_workers(std::string_view text, Settings& out) {
  if (text == "auto") {
    out.workers = std::clamp<unsigned>(std::thread::hardware_concurrency(), 1, workers_max);
    return std::nullopt;
  }
  std::int64_t number = 0;
  if (auto wrong =
          values::whole_number(text, 1, workers_max, "auto or a number of threads", number))
    return wrong;
  out.workers = static_cast<unsigned>(number);
  return std::nullopt;
}

Error parse_seconds(std::string_view text, std::int64_t low, std::chrono::seconds& out) {
  std::int64_t number = 0;
  auto wrong = values::whole_number(text, low, ten_years_s, "seconds", number);
  if (!wrong) out = std::chrono::seconds{number};
  return wrong;
}

Error parse_attempts(std::string_view text, Settings& out) {
  std::int64_t number = 0;
  auto wrong = values::whole_number(text, 0, attempts_per_minute_max,
                                    "failed attempts a minute (0: no limit)", number);
  if (!wrong) out.attempts_per_minute = static_cast<std::uint32_t>(number);
  return wrong;
}

Error parse_cache_tokens(std::string_view text, Settings& out) {
  std::int64_t number = 0;
  auto wrong = values::whole_number(text, cache_tokens_min,
                                    static_cast<std::int64_t>(limits::view_tokens_max),
                                    "a number of tokens", number);
  if (!wrong) out.cache_tokens = static_cast<std::size_t>(number);
  return wrong;
}

constexpr std::int64_t lifetime_min = limits::token_lifetime_min.count();
static_assert(limits::token_lifetime_default == std::chrono::seconds{2'592'000});
static_assert(limits::token_lifetime_max_default == std::chrono::seconds{31'536'000});
static_assert(limits::token_retention == std::chrono::seconds{604'800});

constexpr SettingRow rows[] = {
    {.name = "MASTER_USERNAME",
     .value = "NAME",
     .example = "operator",
     .help = "with MASTER_PASSWORD, enables POST /client, and nothing else; without both it is "
             "disabled",
     .secret = true,
     .parse = [](std::string_view t, Settings& s) { return parse_secret(t, s.master_username); }},
    {.name = "MASTER_PASSWORD",
     .value = "PASSWORD",
     .help = "12 characters or more, and no placeholder, outside development",
     .secret = true,
     .parse = [](std::string_view t, Settings& s) { return parse_secret(t, s.master_password); }},
    {.name = "CLIENT_API_KEY",
     .value = "KEY",
     .help = "the client that acts when POST /token has no x-api-key, and that commands act for",
     .secret = true,
     .parse = [](std::string_view t, Settings& s) { return parse_secret(t, s.client_api_key); }},
    {.name = "JWT_SECRET_KEY",
     .value = "KEY",
     .help =
         "signs and checks tokens (HS256); required without CLAVIGER_SIGNING_KEY, beside which "
         "it only checks, and without CLAVIGER_KEYS; outside development at least 32 bytes that "
         "nobody can guess: openssl rand -base64 48",
     .secret = true,
     .parse = [](std::string_view t, Settings& s) { return parse_secret(t, s.jwt_secret_key); }},
    {.name = "JWT_SECRET_KEY_PREVIOUS",
     .value = "KEY",
     .help = "still checks tokens signed before JWT_SECRET_KEY was changed",
     .secret = true,
     .parse = [](std::string_view t,
                 Settings& s) { return parse_secret(t, s.jwt_secret_key_previous); }},
    {.name = "CLAVIGER_SIGNING_KEY",
     .flag = "--signing-key",
     .value = "PATH",
     .example = "/etc/claviger/signing-key.pem",
     .help = "signs tokens with a private key in place of JWT_SECRET_KEY: an unencrypted PEM file, "
             "of the curve P-256 (ES256) or Ed25519 (EdDSA): openssl genpkey -algorithm ed25519",
     .in_commands = true,
     .parse = [](std::string_view t,
                 Settings& s) { return parse_pem_path(t, s.signing_key_path); }},
    {.name = "CLAVIGER_KEYS",
     .flag = "--keys",
     .value = "FOLDER",
     .example = "/etc/claviger/keys",
     .help = "keys that sign and check, a file each (KID.pem, KID.secret), and which are changed "
             "without a restart: see claviger key; the settings above then only check, once "
             "claviger key rotate was used",
     .in_commands = true,
     .parse = parse_keys},
    {.name = "CLAVIGER_ENVIRONMENT",
     .flag = "--environment",
     .value = "NAME",
     .fallback = "development",
     .example = "production",
     .help = "stamped into keys, secrets, tokens and the database; outside development weak "
             "settings stop the start",
     .in_commands = true,
     .parse = parse_environment},
    {.name = "CLAVIGER_LISTEN",
     .flag = "--listen",
     .value = "ADDRESS:PORT,...",
     .fallback = "127.0.0.1:8003",
     .example = "127.0.0.1:8003,[::1]:8003",
     .help = "where to listen; port 0 picks a free one; other than loopback addresses need TLS or "
             "CLAVIGER_TRUSTED_PROXIES",
     .parse = [](std::string_view t, Settings& s) { return values::endpoints(t, s.listen); }},
    {.name = "CLAVIGER_TLS_CERTIFICATE",
     .flag = "--tls-certificate",
     .value = "PATH",
     .example = "/etc/claviger/certificate.pem",
     .help = "with CLAVIGER_TLS_KEY, serves TLS on all addresses: a PEM file, the server's own "
             "certificate first, then those that issued it; SIGHUP reads both files again",
     .parse = [](std::string_view t,
                 Settings& s) { return parse_pem_path(t, s.tls_paths.certificate); }},
    {.name = "CLAVIGER_TLS_KEY",
     .flag = "--tls-key",
     .value = "PATH",
     .example = "/etc/claviger/certificate-key.pem",
     .help = "the certificate's private key: a PEM file without a pass phrase",
     .parse = [](std::string_view t, Settings& s) { return parse_pem_path(t, s.tls_paths.key); }},
    {.name = "CLAVIGER_TRUSTED_PROXIES",
     .flag = "--trusted-proxies",
     .value = "ADDRESS,...",
     .example = "192.0.2.10,2001:db8:1::/64",
     .help =
         "addresses and networks of the proxies whose X-Forwarded-For is believed, and which may "
         "speak plain HTTP from another machine",
     .parse = [](std::string_view t,
                 Settings& s) { return values::networks(t, s.trusted_proxies); }},
    {.name = "CLAVIGER_METRICS_ALLOW",
     .flag = "--metrics-allow",
     .value = "ADDRESS,...",
     .fallback = "127.0.0.0/8,::1",
     .example = "192.0.2.20,2001:db8:2::/64",
     .help = "addresses and networks that may read GET /metrics",
     .parse = [](std::string_view t, Settings& s) { return values::networks(t, s.metrics_allow); }},
    {.name = "CLAVIGER_DATABASE_URL",
     .flag = "--database-url",
     .value = "URL",
     .fallback = "sqlite:claviger.db",
     .example = "sqlite:/var/lib/claviger/claviger.db",
     .help = "sqlite:PATH, a file that is created with mode 0600; or postgresql://…, as libpq "
             "takes it, "
             "for any number of nodes",
     .in_commands = true,
     .parse = [](std::string_view t,
                 Settings& s) { return values::database_url(t, s.database_url); }},
    {.name = "CLAVIGER_ADMIN_EMAILS",
     .flag = "--admin-emails",
     .value = "ADDRESS,...",
     .example = "ada@example.com,grace@example.com",
     .help = "e-mail addresses that log in to the admin panel as administrators, beside those that "
             "administrators added",
     .in_commands = true,
     .parse = [](std::string_view t, Settings& s) { return values::emails(t, s.admin_emails); }},
    {.name = "CLAVIGER_PUBLIC_URL",
     .flag = "--public-url",
     .value = "URL",
     .example = "https://auth.example.com",
     .help = "where browsers and OAuth 2 clients find this server: needed for logins by OpenID "
             "Connect; without it OAuth 2 metadata name the address that was asked",
     .in_commands = true,
     .parse = [](std::string_view t, Settings& s) { return values::public_url(t, s.public_url); }},
    {.name = "CLAVIGER_OPENID_ISSUER",
     .flag = "--openid-issuer",
     .value = "URL",
     .fallback = "https://accounts.google.com",
     .example = "https://login.example.com/realms/staff",
     .help = "the OpenID provider that administrators log in at, exactly as it names itself",
     .parse = [](std::string_view t,
                 Settings& s) { return values::provider_url(t, s.openid_issuer); }},
    {.name = "CLAVIGER_OPENID_CLIENT_ID",
     .flag = "--openid-client-id",
     .value = "ID",
     .example = "1234-abc.apps.googleusercontent.com",
     .help = "this server's client id at the provider; with CLAVIGER_OPENID_CLIENT_SECRET and "
             "CLAVIGER_PUBLIC_URL, turns logins by OpenID Connect on",
     .parse = [](std::string_view t,
                 Settings& s) { return values::client_id(t, s.openid_client_id); }},
    {.name = "CLAVIGER_OPENID_CLIENT_SECRET",
     .value = "SECRET",
     .help = "this server's client secret at the provider",
     .secret = true,
     .parse = [](std::string_view t,
                 Settings& s) { return parse_secret(t, s.openid_client_secret); }},
    {.name = "CLAVIGER_WORKERS",
     .flag = "--workers",
     .value = "NUMBER",
     .fallback = "auto",
     .example = "2",
     .help = "threads that serve, 1 to 256; auto: one for each core",
     .parse = parse_workers},
    {.name = "CLAVIGER_TOKEN_LIFETIME",
     .flag = "--token-lifetime",
     .value = "SECONDS",
     .fallback = "2592000",
     .example = "86400",
     .help = "how long a token lives if its issue does not say; 60 to the maximum",
     .parse = [](std::string_view t,
                 Settings& s) { return parse_seconds(t, lifetime_min, s.token_lifetime); }},
    {.name = "CLAVIGER_TOKEN_LIFETIME_MAX",
     .flag = "--token-lifetime-max",
     .value = "SECONDS",
     .fallback = "31536000",
     .example = "2592000",
     .help = "the longest lifetime that may be asked for; 60 to ten years",
     .parse = [](std::string_view t,
                 Settings& s) { return parse_seconds(t, lifetime_min, s.token_lifetime_max); }},
    {.name = "CLAVIGER_TOKEN_RETENTION",
     .flag = "--token-retention",
     .value = "SECONDS",
     .fallback = "604800",
     .example = "2592000",
     .help = "how long an expired token stays listed before its row goes by itself; 0 to ten years",
     .parse = [](std::string_view t,
                 Settings& s) { return parse_seconds(t, 0, s.token_retention); }},
    {.name = "CLAVIGER_AUDIT_RETENTION",
     .flag = "--audit-retention",
     .value = "SECONDS",
     .fallback = "31536000",
     .example = "94608000",
     .help = "how long a row of the audit trail is kept; 0: for ever; at most ten years",
     .parse = [](std::string_view t,
                 Settings& s) { return parse_seconds(t, 0, s.audit_retention); }},
    {.name = "CLAVIGER_AUDIT_SIGNING_KEY",
     .flag = "--audit-signing-key",
     .value = "PATH",
     .example = "/etc/claviger/audit-key.pem",
     .help = "signs the audit trail's checkpoints; an unencrypted PEM file of an Ed25519 key, kept "
             "where the database is not: openssl genpkey -algorithm ed25519",
     .parse = [](std::string_view t,
                 Settings& s) { return parse_pem_path(t, s.audit_signing_key_path); }},
    {.name = "CLAVIGER_AUDIT_CHECKPOINT_FILE",
     .flag = "--audit-checkpoint-file",
     .value = "PATH",
     .example = "/srv/audit/claviger-checkpoints",
     .help = "a file that checkpoints of the audit trail are appended to, beside the log",
     .parse = parse_checkpoint_file},
    {.name = "CLAVIGER_ATTEMPTS_PER_MINUTE",
     .flag = "--attempts-per-minute",
     .value = "NUMBER",
     .fallback = "60",
     .example = "30",
     .help = "failed attempts that an address, or a name, has a minute before 429; 0: no limit",
     .parse = parse_attempts},
    {.name = "CLAVIGER_CACHE_TOKENS",
     .flag = "--cache-tokens",
     .value = "NUMBER",
     .fallback = "1000000",
     .example = "200000",
     .help = "tokens kept in memory so that a check needs no database; 1000 to 4000000",
     .parse = parse_cache_tokens},
    {.name = "CLAVIGER_LOG_LEVEL",
     .flag = "--log-level",
     .value = "LEVEL",
     .fallback = "info",
     .example = "warning",
     .help = "debug, info, warning or error; log lines go to standard error",
     .parse = [](std::string_view t, Settings& s) { return values::log_level(t, s.log_level); }},
    {.name = config_file_setting,
     .flag = "--config",
     .value = "PATH",
     .example = "/etc/claviger/claviger.env",
     .help = "a settings file of NAME=value lines; anything set elsewhere goes before it",
     .in_commands = true,
     .parse = parse_config},
};

/// The Levenshtein distance: how many letters were added, left out or mistaken.
std::size_t slips(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::span<const SettingRow> settings_table() {
  return rows;
}

const SettingRow* find_setting(std::string_view name) {
  const auto* row = std::ranges::find(rows, name, &SettingRow::name);
  return row == std::end(rows) ? nullptr : row;
}

std::string_view similar_setting(std::string_view name) {
  for (const auto& row : rows)
    if (slips(name.substr(0, 2 * row.name.size()), row.name) <= slips_max) return row.name;
  return {};
}

}  // namespace claviger
