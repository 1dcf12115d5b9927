#include "config/tls_files.h"

#include <fmt/format.h>

#include <utility>

#include "config/values.h"

namespace claviger {
namespace {

SettingProblem unreadable(std::string setting, const std::string& path, std::string_view why) {
  return {.setting = std::move(setting),
          .wrong = fmt::format("cannot read {}: {}", values::quoted(path), why),
          .right = "give the path of a readable PEM file"};
}

}  // namespace

tl::expected<TlsFiles, std::vector<SettingProblem>> read_tls_files(const TlsPaths& paths,
                                                                   const ReadFile& read_file) {
  std::vector<SettingProblem> problems;
  auto certificate = read_file(paths.certificate);
  if (!certificate)
    problems.push_back(
        unreadable("CLAVIGER_TLS_CERTIFICATE", paths.certificate, certificate.error()));
  const auto key = read_file(paths.key);
  if (!key) problems.push_back(unreadable("CLAVIGER_TLS_KEY", paths.key, key.error()));
  if (!problems.empty()) return tl::unexpected<std::vector<SettingProblem>>(std::move(problems));

  TlsFiles files{.certificate = std::move(certificate->text),
                 .key = key->text.reveal([](std::string_view text) { return TlsKey(text); })};
  if ((key->mode & 07) != 0)
    files.key_is_open =
        SettingProblem{.setting = "CLAVIGER_TLS_KEY",
                       .wrong = fmt::format("everybody on this machine may read or change {} "
                                            "(mode {:04o})",
                                            values::quoted(paths.key), key->mode),
                       .right = "chmod 600 it"};
  return files;
}

}  // namespace claviger
