#include "certificate.h"

#include <fmt/core.h>

#include "base/limits.h"

namespace claviger {

void log_certificate(const net::Tls::Certificate& certificate, Instant now, Log& log) {
  std::string_view detail;
  if (certificate.not_after <= now)
    detail = "The certificate has expired. Callers will refuse it.";
  else if (certificate.not_before > now)
    detail = "The certificate is not valid yet. Callers will refuse it.";
  else if (certificate.not_after - now < limits::certificate_warning)
    detail = "The certificate expires soon.";
  const auto days = std::chrono::floor<std::chrono::days>(certificate.not_after - now).count();
  log.write(
      detail.empty() ? LogLevel::info : LogLevel::warning, "certificate",
      {{"not_after", rfc3339(certificate.not_after)}, {"days_left", days}, {"detail", detail}});
}

Result<net::Tls::Certificate> use_certificate(const TlsFiles& files, net::Tls& tls) {
  auto certificate = files.certificate.reveal([&](std::string_view chain) {
    return files.key.reveal([&](std::string_view key) { return tls.use(chain, key); });
  });
  if (certificate || certificate.error().fields.empty()) return certificate;
  const auto& [field, message] = certificate.error().fields.front();
  const auto* const setting = field == "key" ? "CLAVIGER_TLS_KEY" : "CLAVIGER_TLS_CERTIFICATE";
  return fail(Code::unacceptable_field, fmt::format("{}: {}", setting, message));
}

void reload_certificate(const TlsPaths& paths, net::Tls& tls, const Clock& clock, Log& log) {
  const auto files = read_tls_files(paths, read_small_file);
  if (!files) {
    for (const auto& problem : files.error())
      log.write(LogLevel::error, "reload_failed", {{"detail", problem.text()}});
    return;
  }
  if (files->key_is_open)
    log.write(LogLevel::warning, "setting", {{"detail", files->key_is_open->text()}});
  const auto certificate = use_certificate(*files, tls);
  if (!certificate)
    return log.write(LogLevel::error, "reload_failed", {{"detail", certificate.error().detail}});
  log.write(LogLevel::info, "reloaded");
  log_certificate(*certificate, clock.now(), log);
}

}  // namespace claviger
