#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "audit/row.h"
#include "crypto/public_key.h"
#include "crypto/signature_key.h"

namespace claviger {

/// Which trail: that of one database of one environment.
struct AuditTrailId {
  std::string environment;
  Uuid id{};
  bool operator==(const AuditTrailId&) const = default;
};

/// A statement that a trail stood at a point, signed by a key that is not in the database. What is
/// signed (version 1), in the notation of row.h:
///   "claviger audit checkpoint v1" ‖ field(purpose) ‖ field(environment) ‖ field(trail id)
///   ‖ sequence ‖ field(hash) ‖ at_ms
struct AuditCheckpoint {
  /// `checkpoint`: the trail had come so far. `pruned`: the rows up to here went by retention; one
  /// is no use as the other.
  enum class Purpose : std::uint8_t { checkpoint, pruned };

  Purpose purpose = Purpose::checkpoint;
  AuditTrailId trail{};
  AuditPoint point{};
  std::int64_t at_ms = 0;
  std::string key{};        // 24 hexadecimal digits that name the key; empty: it is not signed
  std::string signature{};  // base64url, of Ed25519 (RFC 8032)
};

/// "audit_checkpoint" or "audit_pruned": the purpose as it is signed, and as the log's event.
std::string_view word_of(AuditCheckpoint::Purpose purpose);

/// Signs it, if there is a key: an Ed25519 one.
AuditCheckpoint signed_checkpoint(AuditCheckpoint checkpoint, const SignatureKey* key);
/// Whether it is signed, and by this key.
bool is_signed_by(const AuditCheckpoint& checkpoint, const PublicKey& key);

/// One JSON object, without a newline: {"event":"audit_checkpoint","environment":…}. The log's
/// lines have the same members.
std::string checkpoint_line(const AuditCheckpoint& checkpoint);
/// Reads a line of a checkpoint file or of the server's log; nullopt: the line is another. Errors:
/// malformed_body if it should be a checkpoint and cannot be read.
Result<std::optional<AuditCheckpoint>> parse_checkpoint_line(std::string_view line);

}  // namespace claviger
