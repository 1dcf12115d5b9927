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

class Loader {
 public:
  explicit Loader(const SettingSources& sources) : sources_(sources) {}

  tl::expected<LoadedSettings, SettingProblems> load(Purpose purpose) {
    read_settings_file();
    for (const auto& row : settings_table()) set(row);
    read_key_file("CLAVIGER_SIGNING_KEY", settings_.signing_key_path, settings_.signing_key);
    read_key_file("CLAVIGER_AUDIT_SIGNING_KEY", settings_.audit_signing_key_path,
                  settings_.audit_signing_key);
    check_lifetimes();
    if (purpose == Purpose::serve) check_serving();
    look_for_slips();
    sort_weaknesses();
    if (!problems_.empty()) return tl::unexpected<SettingProblems>(std::move(problems_));
    return LoadedSettings{std::move(settings_), std::move(warnings_)};
  }

 private:
  void problem(std::string_view where, std::string_view wrong, std::string_view right) {
    problems_.push_back(fmt::format("{}: {}; {}", where, wrong, right));
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
  std::string line_origin(std::string_view name) const;
  bool good(std::string_view name) const { return !bad_.contains(name); }

  // All settings together
  void read_key_file(const char* name, const std::string& path, std::optional<SigningSecret>& out);
  void check_lifetimes();
  void check_serving();
  void check_listen();
  void look_for_slips();
  void sort_weaknesses();

  const SettingSources& sources_;
  std::string file_path_;  // empty: none
  SettingTexts file_;
  std::map<std::string, std::size_t, std::less<>> file_lines_;  // by name
  std::set<std::string, std::less<>> bad_;  // names of settings with a problem of their own
  Settings settings_;
  std::vector<std::string> problems_;
  std::vector<std::string> warnings_;
  std::vector<std::string> weaknesses_;  // problems outside development, else warnings
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
  for (const auto& wrong : parsed.problems)
    problems_.push_back(fmt::format("{} {}", file_path_, wrong));
  for (auto& line : parsed.lines) take_line(line);
  check_file_mode(file->mode);
}

void Loader::take_line(SettingLine& line) {
  const auto where = fmt::format("{} line {}", file_path_, line.line);
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
      problem(where, "the name is not one of a setting", "see claviger serve --help");
    else
      problem(where, fmt::format("{} is not a setting", name),
              fmt::format("{} is meant?", similar));
  } else if (row->name == config_file_setting) {
    problem(where, "a settings file cannot name another", "remove the line");
  } else if (const auto first = file_lines_.find(name); first != file_lines_.end()) {
    problem(where, fmt::format("{} stands in line {} already", name, first->second),
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
        fmt::format("{}: it holds secrets and everybody on this machine may read or change it "
                    "(mode {:04o}); chmod 600 it",
                    file_path_, mode));
    return;
  }
}

std::string Loader::line_origin(std::string_view name) const {
  const auto line = file_lines_.find(name);
  return fmt::format("{} line {}", file_path_, line == file_lines_.end() ? 0 : line->second);
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
    warnings_.push_back(
        fmt::format("{}: everybody on this machine may read or change {} (mode {:04o}); chmod 600 "
                    "it",
                    name, values::quoted(path), file->mode));
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
  return Found{.text = text->copy(), .origin = in_file ? line_origin(name) : "the environment"};
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
  problem(fmt::format("{} (from {})", row.name, found->origin), wrong->wrong, wrong->right);
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
    weaknesses_.push_back(
        fmt::format("{}: everybody on this machine may read or change {} (mode {:04o}); chmod 600 "
                    "it",
                    name, values::quoted(path), file->mode));
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

void Loader::check_listen() {
  for (const auto& endpoint : settings_.listen) {
    if (!good("CLAVIGER_LISTEN") || is_loopback(endpoint)) continue;
    problem("CLAVIGER_LISTEN",
            fmt::format("{} is not a loopback address, and plain HTTP would show every credential "
                        "to the network",
                        endpoint_text(endpoint)),
            "listen on 127.0.0.1 or [::1] and put a TLS proxy on this machine before it");
  }
}

void Loader::check_serving() {
  check_listen();
  if (settings_.jwt_secret_key.empty() && settings_.signing_key_path.empty() &&
      good("JWT_SECRET_KEY") && good("CLAVIGER_SIGNING_KEY"))
    problem("JWT_SECRET_KEY", "it is not set, and tokens are signed with it",
            "set at least 32 random bytes, such as the output of: openssl rand -base64 48");
  if (settings_.master_username.empty() != settings_.master_password.empty())
    warnings_.push_back(
        fmt::format("{}: it is not set, so POST /client is disabled; set both of MASTER_USERNAME "
                    "and MASTER_PASSWORD, or neither",
                    settings_.master_username.empty() ? "MASTER_USERNAME" : "MASTER_PASSWORD"));
  for (auto& weak : weak_settings(settings_)) weaknesses_.push_back(std::move(weak));
}

/// Other programs' variables may begin with CLAVIGER_ too (Kubernetes makes CLAVIGER_PORT for a
/// service of that name), so only a name that is nearly a setting's is worth a word.
void Loader::look_for_slips() {
  for (const auto& [name, text] : sources_.environment) {
    const auto similar = find_setting(name) ? std::string_view() : similar_setting(name);
    if (!similar.empty())
      warnings_.push_back(fmt::format(
          "{}: no setting has this name, so it is ignored; {} is meant?", name, similar));
  }
}

void Loader::sort_weaknesses() {
  const bool development = good("CLAVIGER_ENVIRONMENT") && settings_.environment.is_development();
  auto& where = development ? warnings_ : problems_;
  for (auto& weak : weaknesses_) where.push_back(std::move(weak));
}

}  // namespace

tl::expected<LoadedSettings, SettingProblems> load_settings(const SettingSources& sources,
                                                            Purpose purpose) {
  return Loader(sources).load(purpose);
}

}  // namespace claviger
