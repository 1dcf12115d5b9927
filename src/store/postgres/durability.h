#pragma once

#include <string>
#include <vector>

#include "store/postgres/connection.h"

namespace claviger::postgres {

/// A way to lose what was committed, and what to do about it.
struct Risk {
  std::string text;  // a sentence
  std::string remedy;
};
/// How this server is set up to lose what it has committed, a revocation too. It is what can be
/// seen from here, so nothing found is no proof (docs/cluster.md): a database that only speaks
/// PostgreSQL's protocol may not know these settings.
std::vector<Risk> durability_risks(Connection& db);

}  // namespace claviger::postgres
