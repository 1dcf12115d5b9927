#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "config/load.h"
#include "config/settings_table.h"
#include "crypto/signature_key.h"
#include "doctor/checks.h"
#include "doctor/doctor.h"
#include "doctor/key_files.h"
#include "doctor/start_problem.h"

namespace claviger::doctor {
namespace {

/// Replaces the values that the loader quotes: a secret may stand where another setting is meant.
/// File and line tell which value it is.
std::string without_values(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '"') {
      out += text[i];
      continue;
    }
    out += "it";
    for (++i; i < text.size() && text[i] != '"'; ++i) i += text[i] == '\\';
    if (text.substr(std::min(i + 1, text.size())).starts_with("...")) i += 3;
  }
  return out;
}

void add(Examined& examined, Severity severity, SettingProblem problem) {
  if (!problem.setting.empty() && problem.line == 0) {
    const auto [name, line] = place_of(examined, problem.setting);
    problem.setting = name;
    problem.line = line;
  }
  examined.findings.push_back({.severity = severity,
                               .file = examined.file,
                               .line = problem.line,
                               .setting = std::move(problem.setting),
                               .wrong = std::move(problem.wrong),
                               .right = std::move(problem.right)});
}

/// What the loader found.
void add_loaders(Examined& examined, Severity severity, std::vector<SettingProblem> problems) {
  for (auto& problem : problems) {
    if (problem.setting == "CLAVIGER_ENVIRONMENT") examined.environment_known = false;
    if (!problem.setting.empty()) problem.wrong = without_values(problem.wrong);
    add(examined, severity, std::move(problem));
  }
}

/// What a start refuses after loading.
void add_start_problems(Examined& examined) {
  if (auto problem = signing_key_problem(examined.settings))
    add(examined, Severity::error, std::move(*problem));
  auto problem = client_key_problem(examined.settings);
  if (problem && examined.environment_known) add(examined, Severity::error, std::move(*problem));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

template <class Secret>
void hold(Examined& examined, std::string_view setting, const Secret& secret) {
  auto text = secret.reveal([](std::string_view t) { return SettingText(trimmed(t)); });
  if (!text.empty()) examined.secrets.push_back({.setting = setting, .text = std::move(text)});
}

/// A private key is the same in any encoding, so its public key stands for it.
SigningSecret comparable(const SigningSecret& pem) {
  const auto key = pem.reveal(SignatureKey::from_pem);
  if (!key) return pem.copy();
  const auto fingerprint = key->fingerprint();
  return SigningSecret({reinterpret_cast<const char*>(fingerprint.data()), fingerprint.size()});
}

void hold_secrets(Examined& examined) {
  const auto& settings = examined.settings;
  hold(examined, "MASTER_USERNAME", settings.master_username);
  hold(examined, "MASTER_PASSWORD", settings.master_password);
  if (settings.client_api_key) hold(examined, "CLIENT_API_KEY", *settings.client_api_key);
  hold(examined, "JWT_SECRET_KEY", settings.jwt_secret_key);
  if (settings.jwt_secret_key_previous)
    hold(examined, "JWT_SECRET_KEY_PREVIOUS", *settings.jwt_secret_key_previous);
  if (settings.signing_key)
    hold(examined, "CLAVIGER_SIGNING_KEY", comparable(*settings.signing_key));
  if (settings.tls) hold(examined, "CLAVIGER_TLS_KEY", settings.tls->key);
  if (settings.openid_client_secret)
    hold(examined, "CLAVIGER_OPENID_CLIENT_SECRET", *settings.openid_client_secret);
  if (settings.audit_signing_key)
    hold(examined, "CLAVIGER_AUDIT_SIGNING_KEY", comparable(*settings.audit_signing_key));
}

/// What a start takes of the folder of CLAVIGER_KEYS, and what it would not.
void look_at_keys(Examined& examined, const Machine& machine) {
  constexpr mode_t group_write = 020;
  const auto& settings = examined.settings;
  const auto tell = [&](Severity severity, std::string wrong, std::string right) {
    add(examined, severity,
        {.setting = "CLAVIGER_KEYS", .wrong = std::move(wrong), .right = std::move(right)});
  };
  const auto folder = machine.read_keys(settings.keys_path);
  if (!folder)
    return tell(Severity::error, "the folder cannot be read: " + folder.error(),
                "make it by claviger key generate, as the user that the service runs as");
  if ((folder->mode & group_write) != 0)
    tell(Severity::warning,
         fmt::format("the folder's group may put keys into it (mode {:04o})", folder->mode),
         "chmod 700 it");
  const auto found = keys_of_folder(*folder, settings.environment);
  for (const auto& problem : found.problems)
    tell(problem.is_refused ? Severity::error : Severity::warning,
         (problem.file.empty() ? "of the folder: " : problem.file + ": ") + problem.wrong,
         problem.right);
  if (found.keys.empty() && settings.jwt_secret_key.empty() && !settings.signing_key)
    tell(Severity::error, "no key in the folder can sign", "make one by claviger key generate");
  for (const auto& file : folder->files)
    hold(examined, "CLAVIGER_KEYS",
         comparable(file.text.reveal([](std::string_view text) { return SigningSecret(text); })));
}

}  // namespace

Machine this_machine() {
  return {.mode_of = [](const std::string& path) -> std::optional<mode_t> {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status)) return std::nullopt;
    return static_cast<mode_t>(status.permissions());
  }};
}

std::pair<std::string, std::size_t> place_of(const Examined& examined, std::string_view setting) {
  const std::string name(setting);
  const std::string twin = name + std::string(secret_file_suffix);
  for (const auto& written : {name, twin})
    if (const auto line = examined.lines.find(written); line != examined.lines.end())
      return {written, line->second};
  return {name, 0};
}

bool is_same(const SettingText& one, const SettingText& other) {
  return one.reveal(
      [&](std::string_view a) { return other.reveal([&](std::string_view b) { return a == b; }); });
}

tl::expected<Examined, std::string> examine(const std::string& file, const Machine& machine) {
  const auto text = machine.read_file(file);
  if (!text) return tl::unexpected<std::string>(text.error());
  SettingSources sources;
  sources.flags.emplace(config_file_setting, SettingText(file));
  // The file is read once: it may be a pipe from a program that decrypts it.
  sources.read_file = [&](const std::string& path) -> tl::expected<FileText, std::string> {
    if (path == file) return FileText{.text = text->text.copy(), .mode = text->mode};
    return machine.read_file(path);
  };
  auto inspected = inspect_settings(sources, Purpose::serve);

  Examined examined{
      .file = file, .settings = std::move(inspected.settings), .lines = std::move(inspected.lines)};
  add_loaders(examined, Severity::error, std::move(inspected.problems));
  add_loaders(examined, Severity::warning, std::move(inspected.warnings));
  hold_secrets(examined);
  add_start_problems(examined);
  if (!examined.settings.keys_path.empty()) look_at_keys(examined, machine);
  check(examined, *text, machine);
  std::ranges::stable_sort(examined.findings, {}, &Finding::line);
  return examined;
}

}  // namespace claviger::doctor
