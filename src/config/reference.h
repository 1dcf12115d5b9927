#pragma once

#include <string>

namespace claviger {

/// All settings for a terminal: the end of `claviger serve --help`.
std::string help_text();
/// docs/reference/settings.md, which config_test compares with this.
std::string settings_reference_markdown();

}  // namespace claviger
