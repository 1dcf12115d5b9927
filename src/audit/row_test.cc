// AUD-1: what a row's hash is of. The hashes were computed by tests/lib/audit.py, which is written
// from the description alone.
#include "audit/row.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "base/bytes.h"

namespace claviger {
namespace {

Uuid filled(std::uint8_t byte) {
  Uuid id{};
  id.fill(byte);
  return id;
}

AuditPoint beginning() {
  Uuid trail{};
  for (std::uint8_t i = 0; i < trail.size(); ++i) trail[i] = i;
  return audit_beginning("production", trail);
}

AuditEvent event() {
  const ClientId client{filled(0x11)};
  const RequestRef request{.id = 0x0123456789abcdef, .address = *parse_ip_address("192.0.2.1")};
  return {.at = from_unix_milliseconds(1'767'225'600'000),
          .origin = Origin::client(client, request),
          .action = audit_action::scopes_changed,
          .object_id = filled(0x22),
          .client_id = client,
          .detail = "read:all write:\u00fc"};
}

TEST(AuditRow, HasTheHashThatTheDescriptionSays) {  // AUD-1
  EXPECT_EQ(hex(beginning().hash),
            "ccbfb99a1ca328e3b683b1307a7443c9a05500b376252b008087b4ff70adfb2e");
  const auto row = audit_row(beginning(), event());
  EXPECT_EQ(row.sequence, 1);
  EXPECT_EQ(hex(bytes_of(row.hash)),
            "a05f2af232a589f488afe57288e942050447b280b7a3a196f02d358ce6f0a9bf");
  AuditPoint first{.sequence = 1, .hash = {}};
  std::copy(row.hash.begin(), row.hash.end(), first.hash.begin());
  const auto second = audit_row(first, {.at = from_unix_milliseconds(-1),
                                        .origin = Origin::system(),
                                        .action = audit_action::key_first_seen});
  EXPECT_EQ(hex(bytes_of(second.hash)),
            "096745c08b7f856eec32649cf10706476fbd271ffc891015936bdb22afff238b");
}

TEST(AuditRow, EveryFieldIsInTheHash) {  // AUD-1
  const auto row = audit_row(beginning(), event());
  const std::vector<std::function<void(AuditRow&)>> edits = {
      [](AuditRow& r) { ++r.sequence; },
      [](AuditRow& r) { ++r.at_ms; },
      [](AuditRow& r) { r.actor = "user"; },
      [](AuditRow& r) { r.actor_id->back() = '\0'; },
      [](AuditRow& r) { r.actor_id.reset(); },
      [](AuditRow& r) { r.actor_id = ""; },  // an empty blob is not NULL
      [](AuditRow& r) { r.action = "user_created"; },
      [](AuditRow& r) { r.object = "client"; },
      [](AuditRow& r) { r.object_id.reset(); },
      [](AuditRow& r) { r.object_id->push_back('\0'); },
      [](AuditRow& r) { r.client_id.reset(); },
      [](AuditRow& r) { r.request_id.reset(); },
      [](AuditRow& r) { r.address.reset(); },
      [](AuditRow& r) { r.detail.clear(); },
      [](AuditRow& r) { std::swap(r.actor, r.action); },
      // The same bytes, divided otherwise
      [](AuditRow& r) { r.action.back() = r.object.front(), r.object.erase(0, 1); },
      [](AuditRow& r) { std::swap(r.actor_id, r.object_id); },
  };
  std::set<AuditHash> hashes{audit_hash(beginning().hash, row)};
  for (const auto& edit : edits) {
    auto edited = row;
    edit(edited);
    EXPECT_TRUE(hashes.insert(audit_hash(beginning().hash, edited)).second);
  }
  EXPECT_TRUE(hashes.insert(audit_hash({}, row)).second);
  EXPECT_TRUE(hashes.insert(audit_beginning("production", filled(0)).hash).second);
  EXPECT_TRUE(hashes.insert(audit_beginning("staging", filled(0)).hash).second);
}

}  // namespace
}  // namespace claviger
