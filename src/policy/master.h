#pragma once

#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "policy/policy.h"

namespace claviger {

/// The digest of the configured credentials; nullopt if either is empty: then POST /client stays
/// disabled (SEC-4).
std::optional<MasterDigest> digest_master(const MasterUsername& username,
                                          const MasterPassword& password);

/// Errors: master_disabled, invalid_credential. Both are compared whatever the first one gives.
Status check_master(const Policy& policy, std::string_view username, std::string_view password);

}  // namespace claviger
