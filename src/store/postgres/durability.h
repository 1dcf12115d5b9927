#pragma once

#include <string>
#include <vector>

#include "store/postgres/connection.h"

namespace claviger::postgres {

/// How this server is set up to lose what it has committed, a revocation too: one sentence for
/// each. It is what can be seen from here, so nothing found is no proof (docs/cluster.md): a
/// database that only speaks PostgreSQL's protocol may not know these settings.
std::vector<std::string> durability_risks(Connection& db);

}  // namespace claviger::postgres
