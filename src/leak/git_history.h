#pragma once

#include <string>

#include "leak/report.h"

namespace claviger {

/// Searches all that a git repository keeps, what was deleted and what no branch has any more
/// included: `path` is its folder or one in it. Runs git, which has to be there. The leaks come
/// with the oldest commit that brought them in, and the path that they have in it.
LeakReport scan_history(const std::string& path);

}  // namespace claviger
