#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"

namespace claviger {

/// The text of any setting before it is checked: taken for a secret until its row says otherwise.
using SettingText = Secret<struct SettingTextTag>;

/// One `NAME=value` of a settings file.
struct SettingLine {
  std::size_t line = 0;  // from 1
  std::string name;
  SettingText value;
};

/// A line that is not understood, and why: "has no closing quote". Never repeats text from the
/// file, since it may be part of a secret.
struct BadLine {
  std::size_t line = 0;  // from 1
  std::string why;
};

/// What a settings file says.
struct SettingsFile {
  std::vector<SettingLine> lines;
  std::vector<BadLine> problems;
};

/// Reads a settings file; the grammar is in settings_file.cc. Names are checked for their form
/// only.
SettingsFile parse_settings_file(std::string_view text);

}  // namespace claviger
