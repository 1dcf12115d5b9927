#pragma once

#include <string>
#include <vector>

#include "service/services.h"

namespace claviger {

/// A key that signs or checks tokens, as the database and this process know it.
struct KnownKey {
  SeenKey seen;
  bool is_loaded = false;  // this process has it, by its settings
};
/// All keys that the database has seen, the newest last.
Result<std::vector<KnownKey>> list_keys(Services& services);

struct RetiredKey {
  SeenKey key;
  Fenced fenced;
};
/// Takes back everything that a key has signed, on every node, for good (TOK-7). Errors: not_found,
/// conflict (it signs).
Result<RetiredKey> retire_key(Services& services, const std::string& kid, const Origin& origin);

}  // namespace claviger
