#pragma once

#include <string_view>

#include "token/claims.h"
#include "token/key_ring.h"

namespace claviger {

/// Layer 1: what a token says whose signature is good. Of a token that is known already (the same
/// bytes, under a key of this ring) neither the signature is computed nor the text parsed again.
Checked<Claims> signed_claims(std::string_view token, const KeyRing& keys, std::string_view issuer);

}  // namespace claviger
