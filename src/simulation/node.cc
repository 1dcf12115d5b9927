#include "simulation/node.h"

#include <utility>

namespace claviger::simulation {
namespace {

tl::unexpected<Error> lost() {
  return fail(Code::storage_unavailable, "lost");
}

}  // namespace

IntervalClock::Time NodeClock::now() const noexcept {
  if (const auto pause = std::exchange(pause_, nullptr)) pause();
  return Time(1 + static_cast<std::int64_t>(static_cast<double>(time_.count()) * rate_));
}

Status NodeMembers::join(const Uuid& incarnation, const std::string& /*label*/) {
  return database_.join(database_.through(loop_), incarnation);
}

Result<std::optional<LogPage>> NodeMembers::renew(const Uuid& incarnation, const Epoch& since) {
  return database_.renew(database_.through(loop_), incarnation, since);
}

Result<LogPage> NodeMembers::poll(const Epoch& since) {
  if (database_.is_lost()) return lost();
  return database_.log_since(database_.through(loop_), since);
}

Status NodeMembers::acknowledge(const Uuid& incarnation, const Epoch& applied) {
  if (database_.is_lost()) return lost();
  database_.acknowledge(database_.through(loop_), incarnation, applied);
  return {};
}

Result<std::vector<Member>> NodeMembers::list() {
  if (database_.is_lost()) return lost();
  return database_.members(database_.through(loop_));
}

Result<bool> NodeMembers::remove(const Uuid& incarnation, std::int64_t renewals) {
  return database_.remove(database_.through(loop_), incarnation, renewals);
}

Status NodeMembers::leave(const Uuid& /*incarnation*/) {
  return {};
}

Result<std::vector<Epoch>> NodeMembers::acknowledged_by_all(std::int64_t from) {
  if (database_.is_lost()) return lost();
  return database_.acknowledged_by_all(database_.through(waiting_), from);
}

Result<LiveRead> NodeSource::read_live(TokenId id, const Epoch& at_least) {
  if (database_.is_lost()) return lost();
  return database_.read_live(id, at_least);
}

Result<KeysRead> NodeSource::read_keys(const Epoch& at_least) {
  if (database_.is_lost()) return lost();
  return database_.read_keys(at_least);
}

/// With a lease nobody asks: the loop reads the log by way of Members.
Result<LogPage> NodeSource::log_since(const Epoch& /*epoch*/) {
  return lost();
}

Node::Node(const Place& place, std::string its_name)
    : name(std::move(its_name)),
      rate(place.rate),
      clock(place.time, place.rate),
      clock_of_checks(place.is_clock_kept ? last_round : place.time, place.rate),
      members(place.database),
      source(place.database),
      lease(clock_of_checks),
      view(
          source, 1'000,
          [this](const std::vector<SeenKey>& keys) {
            for (const auto& key : keys) retired.insert(key.kid);
          },
          &lease),
      member({members, view, lease, clock, place.dice, place.log, name}) {}

}  // namespace claviger::simulation
