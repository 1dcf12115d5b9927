#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/cli.h"
#include "config/settings.h"
#include "observe/log.h"
#include "store/members.h"
#include "store/store.h"

namespace claviger {

/// A database, and the nodes that share it, by the engine that the settings name.
struct OpenStore {
  std::unique_ptr<Store> store;
  std::unique_ptr<Members> members;  // null: on SQLite a commit is a fence
};
/// `create`: whether a database that does not exist is made. Whoever may make it also is told, in
/// the log, if the database can lose what it has committed.
Result<OpenStore> open_store(const Settings& settings, bool create, Log& log);

/// Looks at the schema, and changes nothing.
Result<cli::SchemaState> look_at_schema(const Settings& settings);

/// Copies the database into a new file, as `claviger database backup` does.
Result<cli::BackupFile> back_up(const Settings& settings, const std::string& file);

/// Looks at the database from outside, as `claviger doctor --database` does.
std::vector<DatabaseFinding> examine_database(const Settings& settings);

/// Puts a backup in the database's place, as `claviger database restore` does.
Result<Restored> restore(const Settings& settings, const RestoreOptions& options,
                         const RestoreProgress& progress);

/// Copies a database into an empty one, as `claviger database copy` does.
Result<std::vector<CopiedTable>> copy_database(const Settings& settings, const std::string& from,
                                               const std::string& to, const CopyProgress& progress);

}  // namespace claviger
