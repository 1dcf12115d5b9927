#include "store/postgres/members.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "store/postgres/connection.h"
#include "store/postgres/log_page.h"

namespace claviger::postgres {
namespace {

constexpr std::int64_t epochs_at_once = 500;

class PostgresMembers final : public Members {
 public:
  PostgresMembers(std::unique_ptr<Connection> db, std::unique_ptr<Connection> waiting,
                  std::chrono::milliseconds lease)
      : db_(std::move(db)),
        waiting_(std::move(waiting)),
        lease_(lease),
        wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  PostgresMembers(const PostgresMembers&) = delete;
  PostgresMembers& operator=(const PostgresMembers&) = delete;
  ~PostgresMembers() override { ::close(wake_); }

  std::chrono::milliseconds lease() const override { return lease_; }

  Status join(const Uuid& incarnation, const std::string& label) override {
    TRY_STATUS(db_->execute(FenceQuery::join, incarnation, label));
    return {};
  }

  Result<std::optional<LogPage>> renew(const Uuid& incarnation, const Epoch& since) override {
    auto page = renew_once(incarnation, since);
    if (!page || !*page) db_->roll_back();
    return page;
  }

  Result<LogPage> poll(const Epoch& since) override { return read_log(*db_, since); }

  Status acknowledge(const Uuid& incarnation, const Epoch& applied) override {
    TRY_STATUS(db_->execute_later(sql::Query::begin_write));
    TRY_STATUS(db_->execute_later(FenceQuery::soft_commit));
    TRY_STATUS(
        db_->execute_later(FenceQuery::acknowledge, incarnation, applied.number, applied.stamp));
    const auto committed = db_->commit();
    if (!committed) db_->roll_back();
    TRY_STATUS(committed);
    return {};
  }

  Result<std::vector<Member>> list() override {
    auto rows = TRY(db_->query(FenceQuery::members));
    std::vector<Member> members;
    while (TRY(rows.next()))
      members.push_back({.incarnation = rows.get<Uuid>(),
                         .label = rows.get<std::string>(),
                         .renewals = rows.get<std::int64_t>(),
                         .acknowledged = Epoch{.number = rows.get<std::int64_t>()},
                         .behind = rows.get<std::int64_t>()});
    return members;
  }

  Status note_keys(const Uuid& incarnation, const std::vector<std::string>& kids) override {
    for (const auto& kid : kids) TRY_STATUS(db_->execute(FenceQuery::note_key, incarnation, kid));
    return {};
  }

  Result<std::vector<MemberKey>> list_keys() override {
    auto rows = TRY(db_->query(FenceQuery::member_keys));
    std::vector<MemberKey> keys;
    while (TRY(rows.next()))
      keys.push_back({.incarnation = rows.get<Uuid>(),
                      .kid = rows.get<std::string>(),
                      .since = std::chrono::milliseconds(rows.get<std::int64_t>())});
    return keys;
  }

  Result<bool> remove(const Uuid& incarnation, std::int64_t renewals) override {
    return TRY(db_->execute(FenceQuery::remove, incarnation, renewals)) > 0;
  }

  Status leave(const Uuid& incarnation) override {
    TRY_STATUS(db_->execute(FenceQuery::leave, incarnation));
    return {};
  }

  void await_change(std::chrono::milliseconds at_most) override {
    db_->await_notice(wake_, at_most);
    std::uint64_t count = 0;
    (void)!::read(wake_, &count, sizeof count);
  }

  void wake() override {
    const std::uint64_t one = 1;
    (void)!::write(wake_, &one, sizeof one);
  }

  Result<std::vector<Epoch>> acknowledged_by_all(std::int64_t from) override {
    auto rows = TRY(waiting_->query(FenceQuery::acknowledged_by_all, from, epochs_at_once));
    std::vector<Epoch> epochs;
    while (TRY(rows.next()))
      epochs.push_back({.number = rows.get<std::int64_t>(), .stamp = rows.get<Uuid>()});
    return epochs;
  }

 private:
  /// One round trip. The rows count only once the commit has been answered, and without a warning:
  /// that would say that the standby has not confirmed it.
  Result<std::optional<LogPage>> renew_once(const Uuid& incarnation, const Epoch& since) {
    TRY_STATUS(db_->execute_later(FenceQuery::listen));  // the connection may be a new one
    TRY_STATUS(db_->execute_later(sql::Query::begin_write));
    if (TRY(db_->execute(FenceQuery::renew, incarnation)) == 0) return std::optional<LogPage>{};
    auto page = TRY(read_log(*db_, since));
    if (TRY(db_->commit())) return std::optional(std::move(page));
    return fail(Code::storage_unavailable, "The database did not confirm the lease.");
  }

  std::unique_ptr<Connection> db_;
  std::unique_ptr<Connection> waiting_;  // of those who wait for a change
  std::chrono::milliseconds lease_;
  int wake_;
};

}  // namespace
}  // namespace claviger::postgres

namespace claviger {

Result<std::unique_ptr<Members>> open_postgres_members(const std::string& url) {
  using namespace postgres;
  constexpr std::chrono::milliseconds first_deadline{3'000};
  auto db = TRY(Connection::open({.url = url, .deadline = first_deadline}));
  const std::chrono::milliseconds lease(TRY(db->number(sql_of(FenceQuery::lease))));
  // A round that takes longer than half a lease is given up, so that a new one can still be in
  // time.
  const ConnectionOptions options{.url = url, .deadline = lease / 2};
  return std::make_unique<PostgresMembers>(TRY(Connection::open(options)),
                                           TRY(Connection::open(options)), lease);
}

}  // namespace claviger
