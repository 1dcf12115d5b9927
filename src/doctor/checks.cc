#include "doctor/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include "config/settings_table.h"

namespace claviger::doctor {
namespace {

constexpr double key_bits_least = 112;  // NIST SP 800-131A: less is not allowed
constexpr double key_bits_full = 256;   // RFC 7518 §3.2: as long as the hash
constexpr std::string_view sqlite_scheme = "sqlite:";
constexpr std::string_view random_key = "give the output of: openssl rand -base64 48";
constexpr mode_t others_write = 02;
constexpr mode_t others_any = 07;
constexpr mode_t group_write = 020;
constexpr mode_t group_read = 040;
constexpr mode_t sticky = 01000;

class Checks {
 public:
  Checks(Examined& examined, const FileText& file, const Machine& machine)
      : examined_(examined), settings_(examined.settings), file_(file), machine_(machine) {}

  void run() {
    check_file();
    check_environment();
    for (const auto& secret : examined_.secrets) check_secret(secret);
    check_purposes();
    check_master();
    check_previous_key();
    check_attempts();
    check_database();
  }

 private:
  void add(Severity severity, std::string_view setting, std::string wrong, std::string right) {
    auto [name, line] =
        setting.empty() ? std::pair<std::string, std::size_t>() : place_of(examined_, setting);
    examined_.findings.push_back({.severity = severity,
                                  .file = examined_.file,
                                  .line = line,
                                  .setting = std::move(name),
                                  .wrong = std::move(wrong),
                                  .right = std::move(right)});
  }
  bool development() const { return settings_.environment.is_development(); }
  bool is_inline(std::string_view name) const {
    const auto* row = find_setting(name);
    return row != nullptr && row->secret && examined_.lines.contains(name);
  }

  void check_file();
  void check_environment();
  void check_secret(const HeldSecret& secret);
  void check_key(std::string_view setting, std::string_view text);
  void check_purposes();
  void check_master();
  void check_previous_key();
  void check_attempts();
  void check_database();
  void check_database_place(const std::string& path);

  Examined& examined_;
  const Settings& settings_;
  const FileText& file_;
  const Machine& machine_;
};

/// What everybody may do with a file that holds secrets, the loader has told of.
void Checks::check_file() {
  const bool secrets = std::ranges::any_of(
      examined_.secrets, [&](const auto& secret) { return is_inline(secret.setting); });
  if (!secrets && (file_.mode & others_write) != 0)
    add(Severity::warning, "",
        fmt::format("everybody on this machine may change it (mode {:04o})", file_.mode),
        "chmod go-w it");
  if ((file_.mode & group_write) != 0)
    add(Severity::warning, "", fmt::format("its group may change it (mode {:04o})", file_.mode),
        "chmod g-w it");
  if (secrets && (file_.mode & group_read) != 0)
    add(Severity::note, "", fmt::format("its group may read it (mode {:04o})", file_.mode),
        "chmod 600 it, unless the group is the service's own");
  const auto folder = std::filesystem::path(examined_.file).parent_path();
  const auto mode = machine_.mode_of(folder.empty() ? "." : folder.string());
  if (mode && (*mode & others_write) != 0 && (*mode & sticky) == 0)
    add(Severity::warning, "", "everybody on this machine may replace it: its folder lets them",
        "chmod go-w the folder");
}

void Checks::check_environment() {
  if (examined_.environment_known && development())
    add(Severity::note, "CLAVIGER_ENVIRONMENT",
        "the environment is \"development\", in which weak settings do not stop the start",
        "set it to the name of the environment, if this is for another");
}

/// A value that a deployment tool or a person was to fill in.
bool is_unfilled(std::string_view text) {
  constexpr std::pair<std::string_view, std::string_view> marks[] = {
      {"${", "}"}, {"$(", ")"}, {"{{", "}}"}, {"<", ">"}};
  return std::ranges::any_of(marks, [&](const auto& mark) {
    return text.starts_with(mark.first) && text.ends_with(mark.second);
  });
}

void Checks::check_secret(const HeldSecret& secret) {
  secret.text.reveal([&](std::string_view text) {
    if (is_unfilled(text))
      add(Severity::warning, secret.setting,
          "the value looks like a placeholder that nobody filled in", "put the value in its place");
    if (secret.setting.starts_with("JWT_SECRET_KEY")) check_key(secret.setting, text);
  });
  if (is_inline(secret.setting))
    add(Severity::note, secret.setting, "the secret stands in the settings file",
        fmt::format("a file of its own can be shared more narrowly: {}{}", secret.setting,
                    secret_file_suffix));
}

/// Says what kind of text a key is, and never how long.
void Checks::check_key(std::string_view setting, std::string_view text) {
  if (std::min(bits_by_alphabet(text), bits_by_variety(text)) < key_bits_least)
    add(Severity::warning, setting, "the key has too few different characters for its length",
        std::string(random_key));
  else if (bits_by_alphabet(text) < key_bits_full)
    add(Severity::note, setting,
        "the key is barely long enough: it has fewer than the 256 bits that HS256 has use for",
        std::string(random_key));
}

/// A key on its way from the settings into the folder is in both for a while.
bool is_on_its_way(std::string_view setting, std::string_view other) {
  const auto signs = [](std::string_view name) {
    return name.starts_with("JWT_SECRET_KEY") || name == "CLAVIGER_SIGNING_KEY" ||
           name == "CLAVIGER_KEYS";
  };
  return other == "CLAVIGER_KEYS" && signs(setting);
}

void Checks::check_purposes() {
  const auto& secrets = examined_.secrets;
  for (auto one = secrets.begin(); one != secrets.end(); ++one)
    for (auto other = std::next(one); other != secrets.end(); ++other)
      if (is_same(one->text, other->text) && !is_on_its_way(one->setting, other->setting))
        add(Severity::warning, other->setting, fmt::format("it is the same as {}", one->setting),
            "give each its own: whoever learns one has the other");
}

void Checks::check_master() {
  if (settings_.master_username.empty() || settings_.master_password.empty()) return;
  add(Severity::note, "MASTER_PASSWORD",
      "POST /client is enabled for whoever has the master credentials",
      "set them only while clients are made, or make clients by: claviger client create");
}

void Checks::check_previous_key() {
  if (settings_.jwt_secret_key_previous)
    add(Severity::note, "JWT_SECRET_KEY_PREVIOUS", "the previous key is still trusted",
        "remove it once the tokens that it signed have expired");
}

void Checks::check_attempts() {
  if (settings_.attempts_per_minute == 0 && !development())
    add(Severity::warning, "CLAVIGER_ATTEMPTS_PER_MINUTE",
        "failed attempts are not limited, so secrets may be guessed at any pace",
        "leave it at its default, 60");
}

void Checks::check_database() {
  const std::string_view url = settings_.database_url;
  if (!url.starts_with(sqlite_scheme)) return;
  const std::string path(url.substr(sqlite_scheme.size()));
  if (path.starts_with('/')) return check_database_place(path);
  if (!development())
    add(Severity::note, "CLAVIGER_DATABASE_URL",
        "the path is relative to the folder that the server happens to be started in",
        "give an absolute path, such as sqlite:/var/lib/claviger/claviger.db");
}

void Checks::check_database_place(const std::string& path) {
  const auto folder = machine_.mode_of(std::filesystem::path(path).parent_path().string());
  if (!folder)
    add(Severity::note, "CLAVIGER_DATABASE_URL", "its folder is not there on this machine",
        "make the folder, with mode 0700 and owned by the service");
  else if ((*folder & others_write) != 0)
    add(Severity::warning, "CLAVIGER_DATABASE_URL",
        fmt::format("everybody on this machine may put files into its folder (mode {:04o})",
                    *folder),
        "give the database a folder of its own, with mode 0700");
  if (const auto file = machine_.mode_of(path); file && (*file & others_any) != 0)
    add(Severity::warning, "CLAVIGER_DATABASE_URL",
        fmt::format("everybody on this machine may read or change the database (mode {:04o})",
                    *file),
        "chmod 600 it");
}

double bits(std::size_t length, double alphabet) {
  return static_cast<double>(length) * std::log2(std::max(alphabet, 1.0));
}

}  // namespace

double bits_by_alphabet(std::string_view text) {
  const auto only = [&](std::string_view set) {
    return text.find_first_not_of(set) == std::string_view::npos;
  };
  if (only("0123456789")) return bits(text.size(), 10);
  if (only("0123456789abcdef") || only("0123456789ABCDEF")) return bits(text.size(), 16);
  if (only("abcdefghijklmnopqrstuvwxyz0123456789") || only("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"))
    return bits(text.size(), 36);
  return bits(text.size(), 64);
}

double bits_by_variety(std::string_view text) {
  std::array<bool, 256> seen{};
  for (const char c : text) seen[static_cast<unsigned char>(c)] = true;
  return bits(text.size(), static_cast<double>(std::ranges::count(seen, true)));
}

void check(Examined& examined, const FileText& file, const Machine& machine) {
  Checks(examined, file, machine).run();
}

}  // namespace claviger::doctor
