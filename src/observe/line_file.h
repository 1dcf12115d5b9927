#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace claviger {

/// Appends a line and its newline to a file, which is made (mode 0600) if it is not there, and
/// waits until it is on disk. Errors: storage_unavailable.
Status append_line(const std::string& path, std::string_view line);

}  // namespace claviger
