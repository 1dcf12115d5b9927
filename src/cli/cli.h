#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/load.h"
#include "service/services.h"
#include "store/checkup.h"
#include "store/copy.h"
#include "store/members.h"
#include "store/restore.h"

namespace claviger::cli {

/// An open database and what works on it, for one command.
class Session {
 public:
  virtual ~Session() = default;
  virtual Services& services() = 0;
  /// What `database status` shows of a database that is up to date.
  virtual Result<StoreStatus> status() = 0;
  /// The nodes that share the database; null: this engine keeps no list of them.
  virtual Members* members() = 0;
};

/// Where a database's schema stands.
struct SchemaState {
  int version = 0;  // 0: there is no database yet, or it is empty
  int newest = 0;   // what this program brings it to
};

/// What a backup came to.
struct BackupFile {
  int schema_version = 0;
  std::int64_t size_bytes = 0;
  std::array<std::uint8_t, 32> digest{};  // SHA-256, also in the file beside it
};

enum class Missing { create, refuse };  // what to do about a database that does not exist

/// What the command line needs of the rest of the program; made by wire.cc.
struct Wiring {
  /// Runs the server until it is told to stop; returns its exit status.
  std::function<int(LoadedSettings)> serve;
  /// Opens the database and brings its schema up to date. `settings.jwt_secret_key` may be empty:
  /// then no command that signs or checks tokens is run.
  std::function<Result<std::unique_ptr<Session>>(const Settings& settings, Missing missing)> open;
  /// Looks at the schema, and changes nothing.
  std::function<Result<SchemaState>(const Settings& settings)> schema;
  /// Copies the database, in use or not, into a new file. Errors: conflict, if there is one;
  /// storage_unavailable; unacceptable_field, if this engine has tools of its own for that.
  std::function<Result<BackupFile>(const Settings& settings, const std::string& file)> back_up{};
  /// Copies the whole database at `from` into the empty one at `to`; both are checked URLs. Errors:
  /// sql::copy's; storage_unavailable, if `from` is not up to date.
  std::function<Result<std::vector<CopiedTable>>(const Settings& settings, const std::string& from,
                                                 const std::string& to,
                                                 const CopyProgress& progress)>
      copy{};
  /// Puts a backup in the place of the settings' database. Errors: as store/sqlite/restore.h says;
  /// unacceptable_field, if this engine has tools of its own for that.
  std::function<Result<Restored>(const Settings& settings, const RestoreOptions& options,
                                 const RestoreProgress& progress)>
      restore{};
  /// Looks at a database from outside, and changes nothing; nothing is said of an engine without
  /// settings of its own.
  std::function<std::vector<DatabaseFinding>(const Settings& settings)> examine{};
  /// Names and versions of the libraries in use, for `claviger version`.
  std::vector<std::pair<std::string, std::string>> libraries;
};

/// Exit statuses; `claviger --help` and docs/reference/cli.md say the same.
enum ExitStatus : int {
  exit_ok = 0,
  exit_refused = 1,   // refused, or failed in another way
  exit_usage = 2,     // the command line, or a value in it
  exit_settings = 3,  // a setting
  exit_not_found = 4,
  exit_conflict = 5,
  exit_storage = 6,  // the database: not there, not reachable, full
};

/// Runs the command line and returns the exit status. Takes the secrets out of `environment`
/// (`environ`), so it is to be called before there is a second thread.
int run(int argc, const char* const* argv, char** environment, const Wiring& wiring);

}  // namespace claviger::cli
