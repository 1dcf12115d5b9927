#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/setting_problem.h"
#include "config/settings.h"

namespace claviger {

/// Why a text could be guessed ("is a repetition of a short text"); empty if nothing speaks
/// against it. Says nothing about length.
std::string guessable(std::string_view text);

/// Each setting that is too weak to protect more than a developer's own machine
/// (SEC-5).
std::vector<SettingProblem> weak_settings(const Settings& settings);

}  // namespace claviger
