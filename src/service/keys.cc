#include "service/keys.h"

#include <algorithm>
#include <utility>

namespace claviger {

Result<std::vector<KnownKey>> list_keys(Services& services) {
  std::vector<KnownKey> known;
  for (auto& seen : TRY(services.store.list_keys())) {
    const bool is_loaded = services.keys.find(seen.kid) != nullptr;
    known.push_back({.seen = std::move(seen), .is_loaded = is_loaded});
  }
  std::ranges::stable_sort(known, {}, [](const auto& key) { return key.seen.first_seen_at; });
  return known;
}

void follow_keys(KeyRing& keys, const std::vector<SeenKey>& told) {
  for (const auto& key : told) {
    if (key.retired_at) keys.retire(key.kid);
    if (key.is_signing) keys.sign_with(key.kid);
  }
}

Result<RetiredKey> retire_key(Services& services, const std::string& kid, const Origin& origin) {
  auto change = TRY(services.store.retire_key(kid, services.clock.now(), origin));
  if (!change)
    return fail(Code::not_found, "No key of this name has signed or checked tokens here.");
  const auto fenced = TRY(services.fence.raise(change->committed));
  return RetiredKey{std::move(change->value), fenced};
}

}  // namespace claviger
