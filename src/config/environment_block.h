#pragma once

#include <functional>
#include <map>
#include <string>

#include "config/settings_file.h"

namespace claviger {

/// Texts of settings by name.
using SettingTexts = std::map<std::string, SettingText, std::less<>>;

/// Copies the variables that could be settings out of an environment block such as `environ`: those
/// of the table, their _FILE twins, and whatever else begins with CLAVIGER_. Variables that hold
/// secrets are overwritten and taken out of the block, so that neither /proc nor a child process
/// shows them (SEC-6). To be called while there is one thread.
SettingTexts take_environment(char** block);

}  // namespace claviger
