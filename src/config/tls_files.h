#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/secret.h"
#include "config/read_file.h"
#include "config/setting_problem.h"

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
  std::optional<SettingProblem> key_is_open{};  // if everybody may read or change the key's file
};

/// Reads both, at the start and at each SIGHUP. Or one problem for each file that cannot be read.
tl::expected<TlsFiles, std::vector<SettingProblem>> read_tls_files(const TlsPaths& paths,
                                                                   const ReadFile& read_file);

}  // namespace claviger
