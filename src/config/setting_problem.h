#pragma once

#include <cstddef>
#include <string>

namespace claviger {

/// What is wrong with a setting or a line of the settings file, or weak about it. No member holds
/// a secret.
struct SettingProblem {
  std::string setting{};  // "JWT_SECRET_KEY"; empty: the line names no setting
  std::string origin{};   // where the value came from: "--listen", "claviger.env line 3"; or empty
  std::size_t line = 0;   // of the settings file; 0: it does not stand there
  std::string wrong{};    // "\"0\" is too low"
  std::string right{};    // "give a number from 1 to 256"; empty: `wrong` says it

  /// All of it on one line.
  std::string text() const {
    std::string where = setting.empty() ? origin : setting;
    if (!setting.empty() && !origin.empty()) where += " (from " + origin + ")";
    return where + ": " + wrong + (right.empty() ? "" : "; " + right);
  }
};

}  // namespace claviger
