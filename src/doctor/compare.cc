#include <fmt/format.h>

#include "doctor/doctor.h"
#include "policy/credential.h"

namespace claviger::doctor {
namespace {

constexpr std::string_view sqlite_scheme = "sqlite:";

class Comparison {
 public:
  Comparison(const Examined& one, const Examined& other) : one_(one), other_(other) {}

  std::vector<Finding> run() {
    check_environments();
    for (const auto& secret : one_.secrets)
      for (const auto& candidate : other_.secrets) check_secret(secret, candidate);
    check_client_key(one_, other_);
    check_client_key(other_, one_);
    check_database();
    return std::move(findings_);
  }

 private:
  void add(Severity severity, std::string_view setting, std::string_view others, std::string wrong,
           std::string right) {
    const auto [name, line] = place_of(one_, setting);
    findings_.push_back({.severity = severity,
                         .file = one_.file,
                         .line = line,
                         .setting = name,
                         .wrong = std::move(wrong),
                         .right = std::move(right),
                         .other_file = other_.file,
                         .other_line = place_of(other_, others).second});
  }

  /// "staging.env line 3", or the file alone.
  std::string there(std::string_view setting) const {
    const auto line = place_of(other_, setting).second;
    return line == 0 ? other_.file : fmt::format("{} line {}", other_.file, line);
  }

  void check_environments() {
    if (!one_.environment_known || !other_.environment_known) return;
    const auto& name = one_.settings.environment.name();
    if (name != other_.settings.environment.name()) return;
    add(Severity::error, "CLAVIGER_ENVIRONMENT", "CLAVIGER_ENVIRONMENT",
        fmt::format("\"{}\" is the environment of {} as well", name, there("CLAVIGER_ENVIRONMENT")),
        "give each environment a name of its own");
  }

  void check_secret(const HeldSecret& secret, const HeldSecret& candidate) {
    if (!is_same(secret.text, candidate.text)) return;
    add(Severity::error, secret.setting, candidate.setting,
        fmt::format("it is the same as {} of {}", candidate.setting, there(candidate.setting)),
        "give each environment a secret of its own");
  }

  /// Whether the file `holder` has a key of the environment of `owner`.
  void check_client_key(const Examined& holder, const Examined& owner) {
    const auto& key = holder.settings.client_api_key;
    if (!key || !owner.environment_known ||
        holder.settings.environment.name() == owner.settings.environment.name())
      return;
    const bool crossed = key->reveal([&](std::string_view text) {
      return environment_of_credential(CredentialKind::api_key, text) ==
             owner.settings.environment.name();
    });
    if (!crossed) return;
    const auto [name, line] = place_of(holder, "CLIENT_API_KEY");
    findings_.push_back({.severity = Severity::error,
                         .file = holder.file,
                         .line = line,
                         .setting = name,
                         .wrong = fmt::format("it belongs to \"{}\", the environment of {}",
                                              owner.settings.environment.name(), owner.file),
                         .right = fmt::format("give the key of a client of \"{}\"",
                                              holder.settings.environment.name()),
                         .other_file = owner.file,
                         .other_line = place_of(owner, "CLAVIGER_ENVIRONMENT").second});
  }

  /// The same path is two files on two machines, and on one machine the second start refuses the
  /// other environment's database (ENV-1): so it is no error.
  void check_database() {
    constexpr std::string_view setting = "CLAVIGER_DATABASE_URL";
    const std::string_view url = one_.settings.database_url;
    if (url.empty() || url != other_.settings.database_url) return;
    const bool file = url.starts_with(sqlite_scheme);
    const bool relative = file && !url.substr(sqlite_scheme.size()).starts_with('/');
    add(!file      ? Severity::error
        : relative ? Severity::note
                   : Severity::warning,
        setting, setting, fmt::format("it is the same as in {}", there(setting)),
        "give each environment a database of its own, such as sqlite:/var/lib/claviger/NAME.db");
  }

  const Examined& one_;
  const Examined& other_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> compare(const Examined& one, const Examined& other) {
  return Comparison(one, other).run();
}

}  // namespace claviger::doctor
