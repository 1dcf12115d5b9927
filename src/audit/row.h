#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "audit/event.h"

namespace claviger {

// The chain (version 1). A trail belongs to one database: its id is 16 random bytes.
//
//   hash of row 0  = SHA-256("claviger audit trail v1" ‖ field(environment) ‖ field(trail id))
//   hash of row n  = SHA-256(hash of row n-1 ‖ canonical row n)
//   canonical row  = "claviger audit row v1" ‖ sequence ‖ at_ms ‖ field(actor) ‖ field(actor id)
//                    ‖ field(action) ‖ field(object) ‖ field(object id) ‖ field(client id)
//                    ‖ field(request id) ‖ field(address) ‖ field(detail)
//
// Numbers are 8 bytes, big-endian, two's complement. field(x) is the length of x in 4 bytes,
// big-endian, and the bytes of x: UTF-8 for words and detail, 16 bytes for ids and the address, 8
// for the request id; ff ff ff ff and nothing more if there is none. Row 0 is no row: it stands
// for the beginning of the trail.

using AuditHash = std::array<std::uint8_t, 32>;

/// A row as it is stored. Everything is kept as it was found, sizes and unknown words included, so
/// that any edit shows in the hash. `nullopt` is NULL.
struct AuditRow {
  using Bytes = std::string;

  std::int64_t sequence = 0;  // from 1, without gaps
  std::int64_t at_ms = 0;     // since 1970, UTC
  std::string actor{};        // a word of Origin
  std::optional<Bytes> actor_id{};
  std::string action{};
  std::string object{};  // a word of AuditAction
  std::optional<Bytes> object_id{};
  std::optional<Bytes> client_id{};
  std::optional<Bytes> request_id{};  // 8 bytes, big-endian
  std::optional<Bytes> address{};     // 16 bytes
  std::string detail{};
  Bytes hash{};
};

/// A place in a trail: a row's number and hash.
struct AuditPoint {
  std::int64_t sequence = 0;
  AuditHash hash{};
  bool operator==(const AuditPoint&) const = default;
};

/// Where a trail begins.
AuditPoint audit_beginning(std::string_view environment, const Uuid& trail);
/// The row that tells of an event, behind `previous`; its hash included.
AuditRow audit_row(const AuditPoint& previous, const AuditEvent& event);
/// What the row's hash has to be if `previous` is the hash before it.
AuditHash audit_hash(const AuditHash& previous, const AuditRow& row);

}  // namespace claviger
