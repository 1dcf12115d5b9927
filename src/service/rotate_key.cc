// Another key signs: once every server can check what it signs, and callers who check offline have
// had the time to fetch it (docs/decisions/0084).
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/limits.h"
#include "service/keys.h"

namespace claviger {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const SeenKey* find_seen(const std::vector<SeenKey>& seen, std::string_view kid) {
  const auto found = std::ranges::find(seen, kid, &SeenKey::kid);
  return found == seen.end() ? nullptr : &*found;
}

/// The newest key that this process has and that may sign: one that no server has seen, or the one
/// that was seen last. Errors: not_found, if that is the one that signs; conflict, if there are
/// several.
Result<std::string> newest_key(const Services& services, const std::vector<SeenKey>& seen) {
  std::vector<std::string> newest;
  std::optional<Instant> at;  // since when; nullopt: no server has seen it
  for (const auto& kid : services.keys.kids()) {
    const auto* const known = find_seen(seen, kid);
    if (known != nullptr && known->retired_at) continue;
    const auto since = known != nullptr ? std::optional(known->first_seen_at) : std::nullopt;
    const bool is_newer = newest.empty() || (at && (!since || *since > *at));
    if (is_newer) newest.clear();
    if (is_newer || since == at) newest.push_back(kid);
    if (is_newer) at = since;
  }
  const auto signs = [&](const std::string& kid) {
    const auto* const known = find_seen(seen, kid);
    return known != nullptr && known->is_signing;
  };
  if (newest.empty() || std::ranges::any_of(newest, signs))
    return fail(Code::not_found,
                "No key is newer than the one that signs: make one by claviger key generate, or "
                "name one.");
  if (newest.size() > 1)
    return fail(Code::conflict, "Several keys are equally new: name one of " +
                                    fmt::format("{}", fmt::join(newest, ", ")) + ".");
  return newest.front();
}

/// How long every node of a cluster has had the key; nullopt: there is no node. Errors: conflict,
/// if one lacks it.
Result<std::optional<milliseconds>> loaded_by_all(Members& members, std::string_view kid) {
  std::map<Uuid, milliseconds> since;
  for (const auto& key : TRY(members.list_keys()))
    if (key.kid == kid) since.emplace(key.incarnation, key.since);
  std::optional<milliseconds> shortest;
  std::vector<std::string> lacking;
  for (const auto& member : TRY(members.list())) {
    const auto found = since.find(member.incarnation);
    if (found == since.end())
      lacking.push_back(member.label);
    else
      shortest = std::min(shortest.value_or(found->second), found->second);
  }
  if (lacking.empty()) return shortest;
  return fail(Code::conflict,
              fmt::format("These nodes have not loaded the key: {}. Its file belongs into their "
                          "folders, too; then wait a few seconds.",
                          fmt::join(lacking, ", ")));
}

/// Errors: conflict, if the key should not sign yet.
Status check_ready(Services& services, const Key& key, const SeenKey* seen, Members* members) {
  if (seen == nullptr)
    return fail(Code::conflict,
                "No server has loaded the key yet. One that runs with this folder does so within "
                "seconds.");
  std::optional<milliseconds> loaded;
  if (members != nullptr) loaded = TRY(loaded_by_all(*members, key.kid()));
  const auto age =
      loaded.value_or(std::chrono::floor<milliseconds>(services.clock.now() - seen->first_seen_at));
  const auto left = [&](seconds wanted) {
    return std::chrono::ceil<seconds>(wanted - age).count();
  };
  if (!loaded && age < limits::key_loading)
    return fail(Code::conflict,
                fmt::format("Not every server may have loaded the key yet: wait {} seconds more.",
                            left(limits::key_loading)));
  if (!key.has_public_half() || age >= limits::key_publication) return {};
  return fail(Code::conflict,
              fmt::format("Callers who check tokens offline may not have fetched the key yet: wait "
                          "{} seconds more, or say --now if there are none.",
                          left(limits::key_publication)));
}

}  // namespace

Result<RotatedKey> rotate_key(Services& services, const KeyRotation& rotation,
                              const Origin& origin) {
  const auto all = TRY(services.store.list_keys());
  const auto kid = rotation.kid.empty() ? TRY(newest_key(services, all)) : rotation.kid;
  const Key* const key = services.keys.find(kid);
  if (key == nullptr)
    return fail(Code::not_found, "There is no key of this name in the folder of CLAVIGER_KEYS.");
  const auto* const seen = find_seen(all, kid);
  const bool signs = seen != nullptr && seen->is_signing;  // a retry: it fences again
  if (!rotation.now && !signs && !(seen != nullptr && seen->retired_at))
    TRY_STATUS(check_ready(services, *key, seen, rotation.members));
  auto change = TRY(services.store.change_signing_key(kid, services.clock.now(), origin));
  const auto fenced = TRY(services.fence.raise(change.committed));
  return RotatedKey{std::move(change.value.key), std::move(change.value.signed_before), fenced};
}

}  // namespace claviger
