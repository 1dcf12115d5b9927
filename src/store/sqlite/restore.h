#pragma once

#include <string>

#include "base/environment.h"
#include "base/result.h"
#include "store/restore.h"

namespace claviger {

/// The database that a backup is put in the place of.
struct RestoreTarget {
  std::string path;
  Environment environment;
  Instant now;
};

/// Puts a backup, a file of back_up_sqlite, in the place of the database at a path, which nothing
/// may have open; there may be none. What was taken back since the backup and the replaced database
/// knows of is taken back in the restored one, and its audit trail goes on (docs/decisions/0085).
/// The replaced database stays, under another name beside it. Whatever interrupts this, one of both
/// is there whole. Errors, all of which leave the database as it was:
///  - conflict: something has it open; it is not known what was taken back since (accept_revived);
///  - invalid_token: the backup is not what was written: digest, pages, audit trail;
///  - wrong_environment;
///  - not_found: there is no such backup, or no digest of it;
///  - storage_unavailable: a file is not a database of Claviger's, or cannot be written.
Result<Restored> restore_sqlite(const RestoreTarget& target, const RestoreOptions& options,
                                const RestoreProgress& progress);

}  // namespace claviger
