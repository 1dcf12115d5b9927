#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/email.h"
#include "base/environment.h"

namespace claviger {

/// The SHA-256 of the master username and password (SEC-4).
struct MasterDigest {
  std::array<std::uint8_t, 32> username;
  std::array<std::uint8_t, 32> password;
};

/// What the operator decided, as the use cases need it.
struct Policy {
  Environment environment;
  std::string issuer;  // the "iss" and default "aud" of tokens: names the environment
  std::chrono::seconds token_lifetime;
  std::chrono::seconds token_lifetime_max;
  std::optional<MasterDigest> master;  // nullopt: POST /client is disabled
  std::string public_url{};            // without "/" at its end; empty: whatever address was asked
  std::vector<Email> admin_emails{};   // may log in to the panel, as administrators
};

/// "urn:claviger:production".
std::string issuer_of(const Environment& environment);

}  // namespace claviger
