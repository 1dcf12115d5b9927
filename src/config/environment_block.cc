#include "config/environment_block.h"

#include <cstring>
#include <string_view>

#include "config/settings_table.h"

namespace claviger {
namespace {

constexpr std::string_view own_prefix = "CLAVIGER_";

bool is_twin(std::string_view name) {
  if (!name.ends_with(secret_file_suffix)) return false;
  const auto* row = find_setting(name.substr(0, name.size() - secret_file_suffix.size()));
  return row != nullptr && row->secret;
}

}  // namespace

SettingTexts take_environment(char** block) {
  SettingTexts texts;
  char** kept = block;
  for (char** entry = block; *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    const auto equals = variable.find('=');
    const auto name = variable.substr(0, equals);
    const auto* row = find_setting(name);
    const bool secret = row != nullptr && row->secret;
    if (equals != std::string_view::npos &&
        (row != nullptr || is_twin(name) || name.starts_with(own_prefix)))
      texts.try_emplace(std::string(name), variable.substr(equals + 1));
    if (secret && equals != std::string_view::npos)
      wipe(*entry + equals + 1, variable.size() - equals - 1);
    else
      *kept++ = *entry;
  }
  *kept = nullptr;
  return texts;
}

}  // namespace claviger
