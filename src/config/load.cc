#include "config/load.h"

#include <fmt/format.h>

#include <optional>
#include <set>

#include "config/settings_table.h"
#include "config/values.h"
#include "config/weak_settings.h"

namespace claviger {
namespace {

/// A text and where it was found ("--listen", "the environment", "claviger.env line 3").
struct Found {
  SettingText text;
  std::string origin;
};

std::string plain(const SettingText& text) {
  return text.reveal([](std::string_view characters) { return std::string(characters); });
}

const SettingText* find_set(const SettingTexts& texts, std::string_view name) {
  const auto found = texts.find(name);
  return found == texts.end() || found->second.empty() ? nullptr : &found->second;
}

std::vector<std::string> texts(const std::vector<SettingProblem>& problems) {
  std::vector<std::string> lines;
  for (const auto& problem : problems) lines.push_back(problem.text());
  return lines;
}

class Loader {
 public:
  explicit Loader(const SettingSources& sources) : sources_(sources) {}

  InspectedSettings load(Purpose purpose) {
    read_settings_file();
    for (const auto& row : settings_table()) set(row);
    read_key_file("CLAVIGER_SIGNING_KEY", settings_.signing_key_path, settings_.signing_key);
    read_key_file("CLAVIGER_AUDIT_SIGNING_KEY", settings_.audit_signing_key_path,
                  settings_.audit_signing_key);
    check_lifetimes();
    check_database_flag();
    if (purpose == Purpose::serve) check_serving();
    look_for_slips();
    sort_weaknesses();
    std::erase_if(file_lines_, [this](const auto& entry) { return !find_set(file_, entry.first); });
    return {.settings = std::move(settings_),
            .problems = std::move(problems_),
            .warnings = std::move(warnings_),
            .lines = std::move(file_lines_)};
  }

 private:
  SettingProblem about(std::string_view setting, std::string wrong, std::string right) const {
    const auto line = file_lines_.find(setting);
    return {.setting = std::string(setting),
            .line = line == file_lines_.end() ? 0 : line->second,
            .wrong = std::move(wrong),
            .right = std::move(right)};
  }
  void problem(std::string_view setting, std::string wrong, std::string right) {
    problems_.push_back(about(setting, std::move(wrong), std::move(right)));
  }
  void warning(std::string_view setting, std::string wrong, std::string right) {
    warnings_.push_back(about(setting, std::move(wrong), std::move(right)));
  }
  /// A problem outside development, else a warning.
  void weakness(std::string_view setting, std::string wrong, std::string right) {
    weaknesses_.push_back(about(setting, std::move(wrong), std::move(right)));
  }
  void bad_line(std::size_t line, std::string wrong, std::string right) {
    problems_.push_back({.origin = line_origin(line),
                         .line = line,
                         .wrong = std::move(wrong),
                         .right = std::move(right)});
  }

  // The settings file
  void read_settings_file();
  void take_line(SettingLine& line);
  void check_file_mode(mode_t mode);

  // One setting
  void set(const SettingRow& row);
  std::optional<Found> find(const SettingRow& row);
  std::optional<Found> find_in(const SettingRow& row, const SettingTexts& texts, bool in_file);
  std::optional<Found> read_twin(const std::string& name, const std::string& path);
  std::string line_origin(std::size_t line) const;
  bool good(std::string_view name) const { return !bad_.contains(name); }

  // All settings together
  void read_key_file(const char* name, const std::string& path, std::optional<SigningSecret>& out);
  void check_lifetimes();
  void check_database_flag();
  void check_serving();
  void check_tls();
  void check_listen();
  void check_openid();
  void look_for_slips();
  void sort_weaknesses();

  const SettingSources& sources_;
  std::string file_path_;  // empty: none
  SettingTexts file_;
  std::map<std::string, std::size_t, std::less<>> file_lines_;  // by name
  std::set<std::string, std::less<>> bad_;  // names of settings with a problem of their own
  Settings settings_;
  std::vector<SettingProblem> problems_;
  std::vector<SettingProblem> warnings_;
  std::vector<SettingProblem> weaknesses_;
};

void Loader::read_settings_file() {
  const auto* path = find_set(sources_.flags, config_file_setting);
  if (!path) path = find_set(sources_.environment, config_file_setting);
  if (!path) return;
  file_path_ = plain(*path);
  const auto file = sources_.read_file(file_path_);
  if (!file) {
    problem(config_file_setting,
            fmt::format("cannot read {}: {}", values::quoted(file_path_), file.error()),
            "give the path of a readable settings file");
    return;
  }
  auto parsed = file->text.reveal(parse_settings_file);
  for (const auto& bad : parsed.problems) bad_line(bad.line, "the line " + bad.why, {});
  for (auto& line : parsed.lines) take_line(line);
  check_file_mode(file->mode);
}

void Loader::take_line(SettingLine& line) {
  std::string_view name = line.name;
  const auto* row = find_setting(name);
  if (!row && name.ends_with(secret_file_suffix)) {
    row = find_setting(name.substr(0, name.size() - secret_file_suffix.size()));
    if (row && !row->secret) row = nullptr;
  }
  if (!row) {
    // A name is repeated only if it is nearly a setting's: else it may be a secret gone astray.
    const auto similar = similar_setting(name);
    if (similar.empty())
      bad_line(line.line, "the name is not one of a setting", "see claviger serve --help");
    else
      bad_line(line.line, fmt::format("{} is not a setting", name),
               fmt::format("{} is meant?", similar));
  } else if (row->name == config_file_setting) {
    bad_line(line.line, "a settings file cannot name another", "remove the line");
  } else if (const auto first = file_lines_.find(name); first != file_lines_.end()) {
    bad_line(line.line, fmt::format("{} stands in line {} already", name, first->second),
             "remove one of them");
  } else {
    file_lines_.emplace(line.name, line.line);
    file_.emplace(line.name, std::move(line.value));
  }
}

/// 0640 is right for a service of a group of its own, so only what everybody may do is refused.
void Loader::check_file_mode(mode_t mode) {
  if ((mode & 07) == 0) return;
  for (const auto& [name, text] : file_) {
    const auto* row = find_setting(name);
    if (!row || !row->secret) continue;
    weaknesses_.push_back(
        {.origin = file_path_,
         .wrong = fmt::format("it holds secrets and everybody on this machine may read or change "
                              "it (mode {:04o})",
                              mode),
         .right = "chmod 600 it"});
    return;
  }
}

std::string Loader::line_origin(std::size_t line) const {
  return fmt::format("{} line {}", file_path_, line);
}

std::optional<Found> Loader::read_twin(const std::string& name, const std::string& path) {
  const auto file = sources_.read_file(path);
  if (!file) {
    problem(name, fmt::format("cannot read {}: {}", values::quoted(path), file.error()),
            "give the path of a readable file that holds the value alone");
    return std::nullopt;
  }
  // Docker and Kubernetes mount secrets readable for all of a container: no more than a warning.
  if ((file->mode & 07) != 0)
    warning(name,
            fmt::format("everybody on this machine may read or change {} (mode {:04o})",
                        values::quoted(path), file->mode),
            "chmod 600 it");
  auto text = file->text.reveal([](std::string_view characters) {
    if (characters.ends_with('\n')) characters.remove_suffix(1);
    return SettingText(characters);
  });
  if (text.empty()) {
    problem(name, fmt::format("{} is empty", values::quoted(path)), "put the value into it");
    return std::nullopt;
  }
  return Found{.text = std::move(text), .origin = name};
}

std::optional<Found> Loader::find_in(const SettingRow& row, const SettingTexts& texts,
                                     bool in_file) {
  const std::string name(row.name);
  const std::string twin_name = name + std::string(secret_file_suffix);
  const auto* text = find_set(texts, name);
  const auto* twin = row.secret ? find_set(texts, twin_name) : nullptr;
  if (text && twin) {
    bad_.insert(name);
    problem(name, fmt::format("{} is set as well", twin_name), "set one of the two");
    return std::nullopt;
  }
  if (twin) {
    auto found = read_twin(twin_name, plain(*twin));
    if (!found) bad_.insert(name);
    return found;
  }
  if (!text) return std::nullopt;
  return Found{.text = text->copy(),
               .origin = in_file ? line_origin(file_lines_.find(name)->second) : "the environment"};
}

std::optional<Found> Loader::find(const SettingRow& row) {
  if (const auto flag = sources_.flags.find(row.name); flag != sources_.flags.end())
    return Found{.text = flag->second.copy(), .origin = std::string(row.flag)};
  if (auto found = find_in(row, sources_.environment, false); found || !good(row.name))
    return found;
  if (auto found = find_in(row, file_, true); found || !good(row.name)) return found;
  if (row.fallback.empty()) return std::nullopt;
  return Found{.text = SettingText(row.fallback), .origin = "the default"};
}

void Loader::set(const SettingRow& row) {
  const auto found = find(row);
  if (!found) return;
  const auto wrong =
      found->text.reveal([&](std::string_view text) { return row.parse(text, settings_); });
  if (!wrong) return;
  bad_.insert(std::string(row.name));
  problem(row.name, wrong->wrong, wrong->right);
  problems_.back().origin = found->origin;
}

void Loader::read_key_file(const char* name, const std::string& path,
                           std::optional<SigningSecret>& out) {
  if (path.empty()) return;
  auto file = sources_.read_file(path);
  if (!file) {
    bad_.insert(name);
    problem(name, fmt::format("cannot read {}: {}", values::quoted(path), file.error()),
            "give the path of a readable PEM file");
    return;
  }
  if ((file->mode & 07) != 0)
    weakness(name,
             fmt::format("everybody on this machine may read or change {} (mode {:04o})",
                         values::quoted(path), file->mode),
             "chmod 600 it");
  out = file->text.reveal([](std::string_view text) { return SigningSecret(text); });
}

void Loader::check_lifetimes() {
  if (!good("CLAVIGER_TOKEN_LIFETIME") || !good("CLAVIGER_TOKEN_LIFETIME_MAX")) return;
  if (settings_.token_lifetime <= settings_.token_lifetime_max) return;
  problem("CLAVIGER_TOKEN_LIFETIME",
          fmt::format("{} is above CLAVIGER_TOKEN_LIFETIME_MAX, {}",
                      settings_.token_lifetime.count(), settings_.token_lifetime_max.count()),
          "set both so that the default is not above the maximum");
}

void Loader::check_database_flag() {
  const auto* url = find_set(sources_.flags, "CLAVIGER_DATABASE_URL");
  if (!url || !url->reveal(values::has_password)) return;
  problem("CLAVIGER_DATABASE_URL", "its password shows in the list of processes",
          "leave it out and put it into a file that PGPASSFILE names, or set the URL in the "
          "environment or the settings file");
  problems_.back().origin = "--database-url";
}

void Loader::check_tls() {
  const auto& [certificate, key] = settings_.tls_paths;
  if (settings_.tls_paths.empty() || !good("CLAVIGER_TLS_CERTIFICATE") || !good("CLAVIGER_TLS_KEY"))
    return;
  if (certificate.empty() || key.empty()) {
    problem(certificate.empty() ? "CLAVIGER_TLS_CERTIFICATE" : "CLAVIGER_TLS_KEY",
            "it is not set, and TLS needs both a certificate and its key",
            "set both of CLAVIGER_TLS_CERTIFICATE and CLAVIGER_TLS_KEY, or neither");
    return;
  }
  auto files = read_tls_files(settings_.tls_paths, sources_.read_file);
  if (!files) {
    for (auto& each : files.error()) problems_.push_back(std::move(each));
    return;
  }
  if (files->key_is_open) weaknesses_.push_back(*files->key_is_open);
  settings_.tls = std::move(*files);
}

void Loader::check_listen() {
  const bool has_tls = !settings_.tls_paths.empty() || !good("CLAVIGER_TLS_CERTIFICATE") ||
                       !good("CLAVIGER_TLS_KEY");
  const bool has_proxies = !settings_.trusted_proxies.empty() || !good("CLAVIGER_TRUSTED_PROXIES");
  if (has_tls || has_proxies || !good("CLAVIGER_LISTEN")) return;
  for (const auto& endpoint : settings_.listen) {
    if (is_loopback(endpoint)) continue;
    problem("CLAVIGER_LISTEN",
            fmt::format("{} is not a loopback address, and plain HTTP would show every credential "
                        "to the network",
                        endpoint_text(endpoint)),
            "set CLAVIGER_TLS_CERTIFICATE and CLAVIGER_TLS_KEY, or name the TLS proxies before it "
            "in CLAVIGER_TRUSTED_PROXIES, or listen on 127.0.0.1 or [::1]");
  }
}

void Loader::check_openid() {
  if (!good("CLAVIGER_OPENID_CLIENT_ID") || !good("CLAVIGER_OPENID_CLIENT_SECRET")) return;
  const bool has_id = !settings_.openid_client_id.empty();
  const bool has_secret = settings_.openid_client_secret.has_value();
  if (has_id != has_secret)
    problem(has_id ? "CLAVIGER_OPENID_CLIENT_SECRET" : "CLAVIGER_OPENID_CLIENT_ID",
            "it is not set, and administrators cannot log in by OpenID Connect without it",
            "set both of CLAVIGER_OPENID_CLIENT_ID and CLAVIGER_OPENID_CLIENT_SECRET, or neither");
  if (has_id && has_secret && settings_.public_url.empty() && good("CLAVIGER_PUBLIC_URL"))
    problem("CLAVIGER_PUBLIC_URL", "it is not set, and the OpenID provider leads back to it",
            "set where browsers find this server, such as https://auth.example.com");
}

void Loader::check_serving() {
  check_tls();
  check_listen();
  if (settings_.jwt_secret_key.empty() && settings_.signing_key_path.empty() &&
      settings_.keys_path.empty() && good("JWT_SECRET_KEY") && good("CLAVIGER_SIGNING_KEY") &&
      good("CLAVIGER_KEYS"))
    problem("JWT_SECRET_KEY", "it is not set, and tokens are signed with it",
            "set at least 32 random bytes, such as the output of: openssl rand -base64 48");
  if (settings_.master_username.empty() != settings_.master_password.empty())
    warning(settings_.master_username.empty() ? "MASTER_USERNAME" : "MASTER_PASSWORD",
            "it is not set, so POST /client is disabled",
            "set both of MASTER_USERNAME and MASTER_PASSWORD, or neither");
  check_openid();
  for (auto& weak : weak_settings(settings_))
    weakness(weak.setting, std::move(weak.wrong), std::move(weak.right));
}

/// Other programs' variables may begin with CLAVIGER_ too (Kubernetes makes CLAVIGER_PORT for a
/// service of that name), so only a name that is nearly a setting's is worth a word.
void Loader::look_for_slips() {
  for (const auto& [name, text] : sources_.environment) {
    const auto similar = find_setting(name) ? std::string_view() : similar_setting(name);
    if (!similar.empty())
      warning(name, "no setting has this name, so it is ignored",
              fmt::format("{} is meant?", similar));
  }
}

void Loader::sort_weaknesses() {
  const bool development = good("CLAVIGER_ENVIRONMENT") && settings_.environment.is_development();
  auto& where = development ? warnings_ : problems_;
  for (auto& weak : weaknesses_) where.push_back(std::move(weak));
}

}  // namespace

InspectedSettings inspect_settings(const SettingSources& sources, Purpose purpose) {
  return Loader(sources).load(purpose);
}

tl::expected<LoadedSettings, SettingProblems> load_settings(const SettingSources& sources,
                                                            Purpose purpose) {
  auto inspected = inspect_settings(sources, purpose);
  if (!inspected.problems.empty())
    return tl::unexpected<SettingProblems>(texts(inspected.problems));
  return LoadedSettings{std::move(inspected.settings), texts(inspected.warnings)};
}

}  // namespace claviger
