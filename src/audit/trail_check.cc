#include "audit/trail_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/bytes.h"

namespace claviger {
namespace {

constexpr std::size_t faults_told = 100;

std::string time_of(const AuditCheckpoint& checkpoint) {
  return rfc3339(from_unix_milliseconds(checkpoint.at_ms));
}

std::string missing(std::int64_t first, std::int64_t last) {
  if (first == last) return fmt::format("row {} is missing", first);
  return fmt::format("rows {} to {} are missing", first, last);
}

}  // namespace

TrailCheck::TrailCheck(const AuditTrail& trail, std::vector<AuditCheckpoint> checkpoints,
                       const PublicKey* key)
    : checkpoints_(std::move(checkpoints)), key_(key) {
  std::ranges::stable_sort(checkpoints_, {}, [](const auto& c) { return c.point.sequence; });
  report_.trail = trail.id;
  report_.signatures_checked = key != nullptr;
  check_checkpoints();
  begin(trail);
}

void TrailCheck::move_begin(const AuditTrail& trail) {
  begin(trail);
}

/// Takes out what is no witness of this trail.
void TrailCheck::check_checkpoints() {
  std::erase_if(checkpoints_, [this](const AuditCheckpoint& checkpoint) {
    const auto sequence = checkpoint.point.sequence;
    if (checkpoint.trail != report_.trail) {
      fault(sequence, fmt::format("the checkpoint of {} is of another trail: of the environment "
                                  "\"{}\", with the id {}",
                                  time_of(checkpoint), checkpoint.trail.environment,
                                  hex(checkpoint.trail.id)));
      return true;
    }
    if (key_ == nullptr || is_signed_by(checkpoint, *key_)) return false;
    fault(sequence,
          fmt::format("the checkpoint of {} is {}", time_of(checkpoint),
                      checkpoint.signature.empty() ? "not signed"
                                                   : "not signed by this key, or was changed"));
    return true;
  });
}

void TrailCheck::begin(const AuditTrail& trail) {
  if (report_.rows == 0) report_.begin = trail.begin;
  report_.end = trail.begin;
  report_.begins_at_row_one = report_.begin.sequence == 0;
  if (trail.begin.sequence == 0 &&
      trail.begin != audit_beginning(trail.id.environment, trail.id.id))
    fault(0, "the beginning is not that of this environment and trail");
  check_seal(trail);
  for (; next_ < checkpoints_.size(); ++next_) {
    if (checkpoints_[next_].point.sequence >= trail.begin.sequence) break;
    ++report_.too_old;
  }
  compare();
}

/// With a key, the end of what was pruned has to be signed: else rows could be taken as if by
/// retention.
void TrailCheck::check_seal(const AuditTrail& trail) {
  if (key_ == nullptr || trail.begin.sequence == 0) return;
  const auto parsed = parse_checkpoint_line(trail.seal);
  const bool is_sealed = parsed && *parsed && is_signed_by(**parsed, *key_) &&
                         (*parsed)->purpose == AuditCheckpoint::Purpose::pruned &&
                         (*parsed)->trail == trail.id && (*parsed)->point == trail.begin;
  if (!is_sealed)
    fault(trail.begin.sequence,
          fmt::format("{}, and no signature of the server says that retention took them",
                      missing(1, trail.begin.sequence)));
}

void TrailCheck::add(const AuditRow& row) {
  const auto expected = report_.end.sequence + 1;
  ++report_.rows;
  if (row.sequence < expected) {
    fault(row.sequence,
          fmt::format("row {} has no place behind row {}", row.sequence, report_.end.sequence));
    return;
  }
  if (row.sequence > expected)
    fault(row.sequence, missing(expected, row.sequence - 1));
  else if (text_of(audit_hash(report_.end.hash, row)) != row.hash)
    fault(row.sequence,
          fmt::format("row {} is not what was written behind row {}: it was changed, put in or "
                      "moved, or its hash was",
                      row.sequence, report_.end.sequence));
  // From here on by the hash that stands there, so that one fault is told once.
  report_.end = {.sequence = row.sequence, .hash = {}};
  std::copy_n(row.hash.begin(), std::min(row.hash.size(), report_.end.hash.size()),
              report_.end.hash.begin());
  compare();
}

/// The checkpoints of the row that was reached, and of those that were passed over.
void TrailCheck::compare() {
  const auto& end = report_.end;
  for (; next_ < checkpoints_.size(); ++next_) {
    const auto& checkpoint = checkpoints_[next_];
    if (checkpoint.point.sequence > end.sequence) return;
    if (checkpoint.point.sequence < end.sequence)
      fault(checkpoint.point.sequence, fmt::format("row {}, of which a checkpoint of {} tells, is "
                                                   "missing",
                                                   checkpoint.point.sequence, time_of(checkpoint)));
    else if (checkpoint.point != end)
      fault(end.sequence,
            fmt::format("row {} is not the one of which a checkpoint of {} tells: the trail was "
                        "written anew, from this row or one before it on",
                        end.sequence, time_of(checkpoint)));
    else
      ++report_.compared;
  }
}

AuditReport TrailCheck::finish() {
  if (next_ < checkpoints_.size()) {
    const auto& last = checkpoints_.back();
    fault(report_.end.sequence,
          fmt::format("the trail ends with row {}, and a checkpoint of {} tells of row {}: its end "
                      "was cut off",
                      report_.end.sequence, time_of(last), last.point.sequence));
  }
  return std::move(report_);
}

void TrailCheck::fault(std::int64_t sequence, std::string problem) {
  ++report_.faults_total;
  if (report_.faults.size() < faults_told)
    report_.faults.push_back({.sequence = sequence, .problem = std::move(problem)});
}

}  // namespace claviger
