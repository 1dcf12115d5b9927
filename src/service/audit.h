#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "audit/trail_check.h"
#include "service/services.h"

namespace claviger {

/// Tells the database which keys sign and check from now on (ENV-4). What comes back is for the
/// log; the audit trail has been told.
Result<KeysNoted> note_keys(Services& services, const Origin& origin);

/// A checkpoint of where the audit trail stands now, signed if there is a key for it.
Result<AuditCheckpoint> make_checkpoint(Services& services);

struct AuditVerification {
  std::vector<AuditCheckpoint> checkpoints{};
  const PublicKey* key = nullptr;  // has signed them; null: signatures are not checked
  /// Told from time to time how many of how many rows were looked at.
  std::function<void(std::int64_t done, std::int64_t total)> progress{};
};
/// Goes along the whole audit trail, in pages; writes go on meanwhile.
Result<AuditReport> verify_audit_trail(Services& services, const AuditVerification& verification);

/// Deletes the oldest rows from before `before`, at most `limit`; returns how many.
Result<std::int64_t> prune_audit_trail(Services& services, Instant before, std::int64_t limit);

}  // namespace claviger
