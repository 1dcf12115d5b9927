#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/random.h"
#include "crypto/keyed_digest.h"
#include "token/claims.h"

namespace claviger {

/// Remembers what tokens say whose signature was good, so that it is computed and the claims are
/// parsed once. What it holds of a token is its length and a digest of all its bytes under a random
/// key: only exactly these bytes are found, and the header among them names the key. It holds no
/// token, so nobody who reads this memory has one.
///
/// Nothing but what the text says is remembered: expiry, database and revocation are looked at each
/// time. Safe for all threads, without a lock; of a fixed size; one of a set goes for a new one.
class KnownTokens {
 public:
  /// Room for 4 × `sets` tokens; `sets` is a power of two.
  KnownTokens(std::size_t sets, Random& random);
  ~KnownTokens();

  std::optional<Claims> find(std::string_view token) const;
  /// `token` has a good signature and says `claims`. Unusual ones are not kept: longer than 1 KiB,
  /// for another issuer or audience, narrowed, or with a claim nbf.
  void remember(std::string_view token, const Claims& claims);

 private:
  static constexpr std::size_t kWays = 4;
  struct Content;
  struct Entry;
  struct Set;
  Set& set_of(const KeyedDigest::Value& digest) const;

  KeyedDigest digest_;
  std::size_t mask_;
  std::unique_ptr<Set[]> sets_;
};

}  // namespace claviger
