#include "store/postgres/writer.h"

#include <utility>

#include "base/limits.h"

namespace claviger::postgres {
namespace {

constexpr int attempts = 5;

}  // namespace

Status Writer::transaction(const Work& body, std::size_t writes) {
  auto lease = connections_.take();
  auto& db = static_cast<Connection&>(*lease);  // the pool holds connections of this engine alone
  auto status = attempt(db, body);
  for (int i = 1; i < attempts && !status && db.is_worth_repeating(); ++i) {
    db.roll_back();
    status = attempt(db, body);
  }
  if (status) return {};
  db.roll_back();
  log_.write(LogLevel::error, "storage_write_failed",
             {{"cause", status.error().cause}, {"writes", writes}});
  return status;
}

Status Writer::attempt(Connection& db, const Work& body) {
  TRY_STATUS(db.execute_later(Query::begin_write));
  TRY_STATUS(db.execute_later(FenceQuery::lock_writes));
  TRY_STATUS(body(db));
  if (TRY(db.commit())) return {};
  return fail(Error{.code = Code::storage_unavailable,
                    .detail = "The database did not say whether it stored the change.",
                    .cause = "the answer to a commit was lost",
                    .retry_after = limits::retry_after});
}

}  // namespace claviger::postgres
