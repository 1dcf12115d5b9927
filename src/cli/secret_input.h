#pragma once

#include <string>

#include "base/result.h"
#include "config/settings_file.h"

namespace claviger::cli {

/// Reads a secret's one line from a file or, without a path, from standard input; at a terminal,
/// `what` is asked for and what is typed is not shown. One newline at the end is left out. Errors:
/// unacceptable_field (nothing there, unreadable).
Result<SettingText> read_secret(const std::string& path, std::string_view what);

}  // namespace claviger::cli
