#include "doctor/start_problem.h"

#include <fmt/format.h>

#include <string_view>

#include "crypto/signature_key.h"
#include "policy/credential.h"

namespace claviger {
namespace {

SettingProblem about_client_key(std::string wrong, std::string right) {
  return {.setting = "CLIENT_API_KEY", .wrong = std::move(wrong), .right = std::move(right)};
}

std::optional<SettingProblem> check_client_key(std::string_view text,
                                               const Environment& environment) {
  const auto named = environment_of_credential(CredentialKind::api_key, text);
  if (named && *named == environment.name()) return std::nullopt;
  if (named)
    return about_client_key(fmt::format("it belongs to the environment \"{}\", this is \"{}\"",
                                        *named, environment.name()),
                            fmt::format("give the key of a client of \"{}\"", environment.name()));
  const bool secret = environment_of_credential(CredentialKind::user_secret, text).has_value();
  return about_client_key(
      secret ? "it is a user's secret, not an API key" : "it is not an API key, or mistyped",
      "give one that `claviger client create` or POST /client showed");
}

}  // namespace

std::optional<SettingProblem> client_key_problem(const Settings& settings) {
  if (!settings.client_api_key) return std::nullopt;
  return settings.client_api_key->reveal(
      [&](std::string_view text) { return check_client_key(text, settings.environment); });
}

std::optional<SettingProblem> signing_key_problem(const Settings& settings) {
  if (!settings.signing_key) return std::nullopt;
  const auto key = settings.signing_key->reveal(SignatureKey::from_pem);
  if (key) return std::nullopt;
  return SettingProblem{.setting = "CLAVIGER_SIGNING_KEY",
                        .wrong = "the file " + key.error().fields.front().message,
                        .right = "make one by: openssl genpkey -algorithm ed25519"};
}

}  // namespace claviger
