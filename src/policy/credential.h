#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/environment.h"
#include "base/random.h"
#include "base/secret.h"
#include "model/model.h"

namespace claviger {

enum class CredentialKind : std::uint8_t { api_key, user_secret };

/// A new credential text; its grammar stands at the top of credential.cc.
ApiKey make_api_key(const Environment& environment, Random& random);
UserSecret make_user_secret(const Environment& environment, Random& random);

/// "sk-user-...RJ2d73Bc": what may be shown of a credential (SEC-2).
std::string preview(const ApiKey& key);
std::string preview(const UserSecret& secret);

/// The environment that a text names if it is a credential of this kind without a typo: that takes
/// no look-up (SEC-1). nullopt: it is not one.
std::optional<std::string_view> environment_of_credential(CredentialKind kind,
                                                          std::string_view text);

/// What is stored and looked up in a credential's stead (SEC-2). Any text has one.
ApiKeyHash hash_api_key(std::string_view text);
UserSecretHash hash_user_secret(std::string_view text);

/// Whether a presented secret is one of those stored. Without stored ones the same work is done on
/// a dummy, and the answer is no (ACC-2).
bool secret_matches(const UserSecretHash& presented, const UserSecretHash* current,
                    const UserSecretHash* previous);

}  // namespace claviger
