#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace claviger {

/// Why a text could be guessed ("is a repetition of a short text"); empty if nothing speaks
/// against it. Says nothing about length.
std::string guessable(std::string_view text);

/// One line for each setting that is too weak to protect more than a developer's own machine
/// (SEC-5). No line holds a secret.
std::vector<std::string> weak_settings(const Settings& settings);

}  // namespace claviger
