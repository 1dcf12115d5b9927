#include "service/audit.h"

#include <limits>
#include <string>
#include <utility>

namespace claviger {
namespace {

constexpr std::int64_t kPage = 1'000;  // rows

}  // namespace

Result<KeysNoted> note_keys(Services& services, const Origin& origin) {
  return services.store.note_keys(
      services.keys.kids(), services.clock.now(), origin,
      services.keys.is_named() ? StartSigner::as_before : StartSigner::first);
}

Result<AuditCheckpoint> make_checkpoint(Services& services) {
  auto state = TRY(services.store.audit_state());
  return signed_checkpoint({.trail = std::move(state.trail.id),
                            .point = state.newest,
                            .at_ms = unix_milliseconds(services.clock.now())},
                           services.audit_key);
}

Result<AuditReport> verify_audit_trail(Services& services, const AuditVerification& verification) {
  const auto state = TRY(services.store.audit_state());
  const auto first = state.trail.begin.sequence;
  TrailCheck check(state.trail, verification.checkpoints, verification.key);
  // From before the beginning, lest rows be hidden there.
  for (auto after = std::numeric_limits<std::int64_t>::min();;) {
    const auto page = TRY(services.store.read_audit(after, kPage));
    // Retention may take rows while we are on our way to them.
    if (page.trail.begin.sequence > check.at().sequence) check.move_begin(page.trail);
    for (const auto& row : page.rows) check.add(row);
    if (verification.progress)
      verification.progress(check.at().sequence - first, state.newest.sequence - first);
    if (page.rows.empty()) return check.finish();
    after = page.rows.back().sequence;
  }
}

Result<std::int64_t> prune_audit_trail(Services& services, Instant before, std::int64_t limit) {
  const auto seal = [&](const std::pair<AuditTrailId, AuditPoint>& pruned) {
    if (services.audit_key == nullptr) return std::string();
    return checkpoint_line(signed_checkpoint({.purpose = AuditCheckpoint::Purpose::pruned,
                                              .trail = pruned.first,
                                              .point = pruned.second,
                                              .at_ms = unix_milliseconds(services.clock.now())},
                                             services.audit_key));
  };
  return services.store.prune_audit(before, limit, seal);
}

}  // namespace claviger
