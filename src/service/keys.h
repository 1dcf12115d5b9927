#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/services.h"
#include "store/members.h"

namespace claviger {

/// A key that signs or checks tokens, as the database and this process know it.
struct KnownKey {
  SeenKey seen;
  bool is_loaded = false;  // this process has it, by its settings
};
/// All keys that the database has seen, the newest last.
Result<std::vector<KnownKey>> list_keys(Services& services);

/// What a process does with what its live view tells of keys.
void follow_keys(KeyRing& keys, const std::vector<SeenKey>& told);

struct RetiredKey {
  SeenKey key;
  Fenced fenced;
};
/// Takes back everything that a key has signed, on every node, for good (TOK-7). Errors: not_found,
/// conflict (it signs).
Result<RetiredKey> retire_key(Services& services, const std::string& kid, const Origin& origin);

struct KeyRotation {
  std::string kid{};           // empty: the newest
  bool now = false;            // although a server may lack it, or a caller not know it yet
  Members* members = nullptr;  // the nodes that share the database; null: none that is known
};
struct RotatedKey {
  SeenKey key;                        // that signs now
  std::optional<std::string> before;  // the kid of the one that did
  Fenced fenced;  // no token whose issue begins from now on is signed by another one, on any node
};
/// Has another key sign. The one before goes on checking. Errors: not_found (this process lacks it,
/// or there is none that is newer), conflict (it is retired; or not `now` and too early).
Result<RotatedKey> rotate_key(Services& services, const KeyRotation& rotation,
                              const Origin& origin);

}  // namespace claviger
