#pragma once

#include "base/result.h"
#include "store/sql/connection.h"
#include "store/store.h"

namespace claviger::postgres {

/// Reads what was logged since an epoch, in one statement.
Result<LogPage> read_log(sql::Connection& db, const Epoch& since);

}  // namespace claviger::postgres
