#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "store/members.h"

namespace claviger {

/// The members of a database that open_postgres has opened. Errors: storage_unavailable.
Result<std::unique_ptr<Members>> open_postgres_members(const std::string& url);

}  // namespace claviger
