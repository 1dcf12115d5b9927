#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/secret.h"
#include "config/settings_file.h"

namespace claviger {

/// A file of the folder of CLAVIGER_KEYS that may hold a key.
struct KeyFile {
  std::string name;  // without the folder
  SettingText text;
  mode_t mode = 0;  // its permission bits
};
/// A file of the folder that cannot be one, and why.
struct StrayFile {
  std::string name;
  std::string wrong;
  bool is_unreadable = false;  // so another attempt may find a key
};
struct KeyFolder {
  mode_t mode = 0;               // the folder's permission bits
  std::vector<KeyFile> files{};  // in the order of their names
  std::vector<StrayFile> strays{};
};
/// Reads a whole folder of keys, or tells in words why it cannot.
using ReadKeyFolder = std::function<tl::expected<KeyFolder, std::string>(const std::string& path)>;

/// How the names of key files end: of private keys in PEM, and of shared secrets. Names that begin
/// with a dot are passed over; others are strays.
inline constexpr std::string_view pem_suffix = ".pem";
inline constexpr std::string_view secret_suffix = ".secret";

/// ReadKeyFolder of the file system.
tl::expected<KeyFolder, std::string> read_key_folder(const std::string& path);

/// Differs when anything about the folder's files was changed: names, contents, permissions. Costs
/// a look at each file, and reads none.
std::uint64_t key_folder_mark(const std::string& path);

/// Puts a new file into the folder, which is made if there is none: with mode 0600, complete or not
/// at all, and there after a power cut. Made by root, it belongs to the folder's owner. The error
/// says in words why it cannot.
tl::expected<void, std::string> write_key_file(const std::string& folder, const std::string& name,
                                               const SigningSecret& text);

}  // namespace claviger
