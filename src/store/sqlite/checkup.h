#pragma once

#include <string>
#include <vector>

#include "base/environment.h"
#include "store/checkup.h"

namespace claviger {

/// Looks at a database file as a server would find it; changes nothing.
std::vector<DatabaseFinding> examine_sqlite(const std::string& path,
                                            const Environment& environment);

}  // namespace claviger
