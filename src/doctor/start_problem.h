#pragma once

#include <optional>

#include "config/setting_problem.h"
#include "config/settings.h"

namespace claviger {

/// What is wrong with CLIENT_API_KEY: mistyped, or another environment's (ENV-2). A start refuses
/// it.
std::optional<SettingProblem> client_key_problem(const Settings& settings);
/// What is wrong with the key in the file of CLAVIGER_SIGNING_KEY. A start refuses it.
std::optional<SettingProblem> signing_key_problem(const Settings& settings);

}  // namespace claviger
