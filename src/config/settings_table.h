#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/settings.h"

namespace claviger {

/// Why a value was refused. Neither text holds a secret's value.
struct ValueError {
  std::string wrong;  // "\"0\" is below 1"
  std::string right;  // "give a whole number from 1 to 256"
};

/// One setting. Everything that is said or done about settings comes from these rows.
struct SettingRow {
  using Parse = std::optional<ValueError> (*)(std::string_view text, Settings& out);

  std::string_view name = {};      // the environment variable, and the name in a settings file
  std::string_view flag = {};      // empty for secrets: the arguments of a process are public
  std::string_view value = {};     // what stands for the value in help texts
  std::string_view fallback = {};  // the default, as it would be written; empty: unset
  std::string_view example = {};
  std::string_view help = {};
  bool secret = false;       // never shown; has a NAME_FILE twin; consumed from the environment
  bool in_commands = false;  // its flag is offered by the commands that open the database
  Parse parse = nullptr;     // sets the field in `out`, or tells what was wrong
};

inline constexpr std::string_view config_file_setting = "CLAVIGER_CONFIG";
inline constexpr std::string_view secret_file_suffix = "_FILE";

/// All settings, in the order of the reference.
std::span<const SettingRow> settings_table();
/// The row of that name, or null.
const SettingRow* find_setting(std::string_view name);
/// The setting whose name is a slip of the pen away from `name`; empty if there is none.
std::string_view similar_setting(std::string_view name);

}  // namespace claviger
