#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "store/checkup.h"
#include "store/postgres/connection.h"

namespace claviger::postgres {

/// The places that a URL names, in its order; one without a name, if it names none. Errors:
/// storage_unavailable, if libpq does not understand it.
Result<std::vector<HostChoice>> hosts_of(const std::string& url);
/// Asks each for its state, if there are several: a node takes the first that accepts writes.
std::vector<DatabaseFinding> examine_hosts(const std::string& url,
                                           const std::vector<HostChoice>& hosts);

}  // namespace claviger::postgres
