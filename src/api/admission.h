#pragma once

#include "api/call.h"

namespace claviger::api {

/// Checks the credential that the route asks for and sets `acting` or `identity`. May wait.
Status admit(Call& call);

/// Sets `acting` to the client whose API key this is. A failed attempt is counted.
Status admit_api_key(Call& call, std::string_view key);

/// The same for a Bearer route without waiting; nullopt: storage has to be asked.
std::optional<Status> try_admit_bearer(Call& call);

/// Adds the challenge of a 401 or 403 (RFC 6750 §3, RFC 9110 §11.6.1) to the answer.
void add_challenge(const Call& call, const Error& error);

}  // namespace claviger::api
