#pragma once

#include <functional>
#include <map>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "config/environment_block.h"
#include "config/read_file.h"
#include "config/setting_problem.h"
#include "config/settings.h"

namespace claviger {

/// Where settings come from. A flag goes before the environment, the environment before the
/// settings file, that before the default. An empty text in one of the latter two means unset.
struct SettingSources {
  SettingTexts flags{};        // by the setting's name, as given on the command line
  SettingTexts environment{};  // see take_environment
  ReadFile read_file = read_small_file;
};

/// What the settings are for. A command needs no listening address and no signing key to begin
/// with, and what it does with weak ones is of no use: no server starts on them.
enum class Purpose { serve, command };

struct LoadedSettings {
  Settings settings;
  std::vector<std::string> warnings;  // one line each, without secrets
};

/// One line each: the setting, what was wrong, what would be right. No line holds a secret.
using SettingProblems = std::vector<std::string>;

/// All that reading settings brings to light, also if no server would start on them.
struct InspectedSettings {
  Settings settings{};  // those that are acceptable one by one; the others keep their defaults
  std::vector<SettingProblem> problems{};  // each would stop the start
  std::vector<SettingProblem> warnings{};
  std::map<std::string, std::size_t, std::less<>> lines{};  // of the settings file, by name
};

/// Reads, checks and combines all sources. Finds every problem there is, not only the first.
tl::expected<LoadedSettings, SettingProblems> load_settings(const SettingSources& sources,
                                                            Purpose purpose);
/// The same for whoever wants to look at the settings rather than use them.
InspectedSettings inspect_settings(const SettingSources& sources, Purpose purpose);

}  // namespace claviger
