#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "config/key_folder.h"
#include "config/read_file.h"
#include "config/settings.h"

/// Looks at settings files without starting anything (ENV-3, SEC-5).
namespace claviger::doctor {

enum class Severity : std::uint8_t {
  error,    // a start refuses it, or two environments share it
  warning,  // a start takes it, and it is weak
  note      // to be known; may well be meant
};

/// One thing that was found. No member holds a secret, a part of one or anything made of one.
struct Finding {
  Severity severity = Severity::error;
  std::string file{};
  std::size_t line = 0;   // from 1; 0: no line says it
  std::string setting{};  // as it is written there; empty: the file itself, or a line of it
  std::string wrong{};
  std::string right{};       // empty: `wrong` says it
  std::string other_file{};  // of two files: the second; else empty
  std::size_t other_line = 0;
};

/// What the doctor sees of the machine.
struct Machine {
  ReadFile read_file = read_small_file;
  /// The permission bits of a file or folder; nothing if there is none.
  std::function<std::optional<mode_t>(const std::string& path)> mode_of;
  ReadKeyFolder read_keys = read_key_folder;
};
/// The machine that this process runs on.
Machine this_machine();

/// A secret of a file, wherever that keeps it, in the form in which secrets are compared.
struct HeldSecret {
  std::string_view setting;  // static: the name without _FILE
  SettingText text;
};

/// A settings file that has been looked at.
struct Examined {
  std::string file;
  Settings settings{};
  bool environment_known = true;  // false: CLAVIGER_ENVIRONMENT is not acceptable
  std::map<std::string, std::size_t, std::less<>> lines{};  // by name, _FILE included
  std::vector<HeldSecret> secrets{};
  std::vector<Finding> findings{};  // in the order of their lines
};

/// Finds what is wrong or weak in one file. The error says in words why it cannot be read.
tl::expected<Examined, std::string> examine(const std::string& file, const Machine& machine);
/// Finds what the files of two environments share.
std::vector<Finding> compare(const Examined& one, const Examined& other);

/// How a file writes a setting, NAME or NAME_FILE, and in which line; 0: not at all.
std::pair<std::string, std::size_t> place_of(const Examined& examined, std::string_view setting);
/// Whether two secrets are the same text.
bool is_same(const SettingText& one, const SettingText& other);

}  // namespace claviger::doctor
