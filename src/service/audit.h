#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
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

/// Rows of the audit trail, the newest first. Errors: unacceptable_field (page_size).
Result<AuditListPage> search_audit(Services& services, const AuditFilter& filter,
                                   std::optional<std::int64_t> before, std::int64_t page_size);

/// Whether a row is one that the filter asks for.
bool matches(const AuditFilter& filter, const AuditRow& row);

/// How far a part of the trail was found to be what was written.
struct AuditPart {
  AuditPoint checked_to{};
  std::int64_t newest = 0;  // the trail's newest row
  bool is_last = false;
  std::optional<std::string> problem{};  // the first; the check ends there
};
/// Checks the chain of the next rows, some ten thousand, behind a row whose hash was right; without
/// one from the beginning. For who can't wait for the whole.
Result<AuditPart> check_audit_part(Services& services, const std::optional<AuditPoint>& behind);

/// Deletes the oldest rows from before `before`, at most `limit`; returns how many.
Result<std::int64_t> prune_audit_trail(Services& services, Instant before, std::int64_t limit);

}  // namespace claviger
