#include "store/sqlite/checkup.h"

#include <filesystem>
#include <system_error>

#include "store/sqlite/connection.h"
#include "store/sqlite/migrations.h"

namespace claviger {
namespace sqlite {
namespace {

using Severity = DatabaseFinding::Severity;

Result<std::vector<DatabaseFinding>> look(const std::string& path, const Environment& environment) {
  std::vector<DatabaseFinding> found;
  auto db = TRY(Connection::open({.path = path, .read_only = true}));
  const auto version = TRY(schema_version(*db));
  const auto newest = static_cast<int>(migrations().size());
  if (version < newest)
    found.push_back({Severity::note, "its schema is older than this program's",
                     "the next start brings it up to date"});
  if (version == newest) TRY_STATUS(check_environment(*db, path, environment));
  return found;
}

}  // namespace
}  // namespace sqlite

std::vector<DatabaseFinding> examine_sqlite(const std::string& path,
                                            const Environment& environment) {
  using Severity = DatabaseFinding::Severity;
  std::error_code error;
  if (!std::filesystem::exists(path, error))
    return {{Severity::note, "there is no database yet", "the first start makes it"}};
  auto found = sqlite::look(path, environment);
  if (found) return *std::move(found);
  const auto& failure = found.error();
  return {{Severity::error, failure.cause.empty() ? failure.detail : failure.cause,
           "name a database of Claviger's and of this environment, or restore a backup"}};
}

}  // namespace claviger
