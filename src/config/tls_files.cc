#include "config/tls_files.h"

#include <fmt/format.h>

#include "config/values.h"

namespace claviger {
namespace {

std::string unreadable(std::string_view setting, const std::string& path, std::string_view why) {
  return fmt::format("{}: cannot read {}: {}; give the path of a readable PEM file", setting,
                     values::quoted(path), why);
}

}  // namespace

tl::expected<TlsFiles, std::vector<std::string>> read_tls_files(const TlsPaths& paths,
                                                                const ReadFile& read_file) {
  std::vector<std::string> problems;
  auto certificate = read_file(paths.certificate);
  if (!certificate)
    problems.push_back(
        unreadable("CLAVIGER_TLS_CERTIFICATE", paths.certificate, certificate.error()));
  const auto key = read_file(paths.key);
  if (!key) problems.push_back(unreadable("CLAVIGER_TLS_KEY", paths.key, key.error()));
  if (!problems.empty()) return tl::unexpected<std::vector<std::string>>(std::move(problems));

  TlsFiles files{.certificate = std::move(certificate->text),
                 .key = key->text.reveal([](std::string_view text) { return TlsKey(text); })};
  if ((key->mode & 07) != 0)
    files.key_is_open = fmt::format(
        "CLAVIGER_TLS_KEY: everybody on this machine may read or change {} (mode {:04o}); chmod "
        "600 it",
        values::quoted(paths.key), key->mode);
  return files;
}

}  // namespace claviger
