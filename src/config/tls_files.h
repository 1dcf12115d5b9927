#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/secret.h"
#include "config/read_file.h"

namespace claviger {

/// Where the certificate and its key stand.
struct TlsPaths {
  std::string certificate;
  std::string key;
  bool empty() const { return certificate.empty() && key.empty(); }
};

/// What stands there, unexamined: PEM.
struct TlsFiles {
  SettingText certificate;  // wiped too: some keep the key in the same file
  TlsKey key;
  std::string key_is_open{};  // if everybody may read or change the key's file: a line that says so
};

/// Reads both, at the start and at each SIGHUP. Or one line for each file that cannot be read, as
/// those of load_settings.
tl::expected<TlsFiles, std::vector<std::string>> read_tls_files(const TlsPaths& paths,
                                                                const ReadFile& read_file);

}  // namespace claviger
