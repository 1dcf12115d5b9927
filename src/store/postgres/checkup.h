#pragma once

#include <string>
#include <vector>

#include "base/environment.h"
#include "base/time.h"
#include "store/checkup.h"

namespace claviger {

/// Looks at a PostgreSQL database, and at each host that its URL names, as a node would find it;
/// changes nothing. `clock` is the node's. What the role may not see is left out.
std::vector<DatabaseFinding> examine_postgres(const std::string& url,
                                              const Environment& environment, const Clock& clock);

}  // namespace claviger
