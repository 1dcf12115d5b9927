#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/environment.h"
#include "base/mutex.h"
#include "base/secret.h"
#include "crypto/hmac_sha256.h"
#include "crypto/signature_key.h"
#include "token/known_tokens.h"

namespace claviger {

/// The public half of a key, for whoever checks tokens without asking (RFC 7517, RFC 8037).
struct PublicJwk {
  std::string_view type;       // "kty"
  std::string_view curve;      // "crv"
  std::string_view algorithm;  // "alg"
  std::string kid;
  std::string x;
  std::string y;  // empty: there is none
};

/// A key that signs or checks tokens. Its algorithm is the key's own; a token can only name the key
/// (RFC 8725 §3.1). Its kid is "<environment>.<fingerprint>".
class Key {
 public:
  /// An HS256 key (RFC 7518 §3.2).
  static Key hs256(const Environment& environment, const SigningSecret& secret);
  /// An ES256 (RFC 7518 §3.4) or EdDSA key (RFC 8037 §3.1), by its kind.
  static Key asymmetric(const Environment& environment, SignatureKey key);

  const std::string& kid() const { return kid_; }
  /// "HS256", "ES256" or "EdDSA".
  std::string_view algorithm() const { return algorithm_; }
  /// Whether others can check what it signs, by its public half.
  bool has_public_half() const { return std::holds_alternative<SignatureKey>(signer_); }
  /// Whether a header may name this algorithm for the key: exactly its own, in the case of Ed25519
  /// by either of its names (RFC 8037, RFC 9864).
  bool is_algorithm(std::string_view name) const;
  /// The first part of every token that this key signs: base64url of its protected header.
  const std::string& header_part() const { return header_part_; }

  /// The public half; nullopt for a shared secret, which has none.
  std::optional<PublicJwk> public_jwk() const;

  /// The base64url signature of "<header>.<payload>".
  std::string sign(std::string_view signing_input) const;
  /// Whether `text` is the base64url signature of "<header>.<payload>".
  bool verify(std::string_view signing_input, std::string_view text) const;

 private:
  using Signer = std::variant<HmacSha256, SignatureKey>;
  Key(std::string_view algorithm, std::string kid, Signer signer);

  std::string_view algorithm_;  // static text
  std::string kid_;
  std::string header_part_;
  Signer signer_;
};

/// The keys of this environment: one signs, all check, until they are retired. Keys are added while
/// others look them up, and none is ever taken out: whoever looks takes no lock and waits for
/// nobody.
class KeyRing {
 public:
  /// Which key signs: always the first, or the one that `sign_with` names.
  enum class Signer : std::uint8_t { first, named };
  /// The first signs, until another is named. At most limits::ring_keys.
  KeyRing(std::vector<Key> keys, Random& random, Signer signer = Signer::first);

  enum class Added : std::uint8_t { added, known, no_room };
  /// From now on it checks tokens, unless a key of its name was retired.
  Added add(Key key);
  /// Nothing that this key has signed is good any more, also if it is added later (TOK-7). There is
  /// no way back.
  void retire(std::string_view kid);
  /// From now on this key signs; if the ring lacks it, nothing does until it is added. Without
  /// effect where the first key always signs.
  void sign_with(std::string_view kid);

  /// The kid that `sign_with` named last; empty: none.
  std::string named() const;
  /// Whether `sign_with` has an effect.
  bool is_named() const { return signer_kind_ == Signer::named; }
  /// Whether the key at this place is retired.
  bool is_retired(std::size_t place) const {
    return retired_[place].load(std::memory_order_acquire);
  }
  /// The place of one of this ring's keys, which it keeps.
  std::size_t place_of(const Key& key) const {
    return static_cast<std::size_t>(&key - keys_.data());
  }
  /// Null: there is no key that may sign.
  const Key* signing() const;
  std::size_t size() const { return size_.load(std::memory_order_acquire); }
  /// The kids of all keys, that of the signing one first.
  std::vector<std::string> kids() const;
  /// Of those that have one and are not retired.
  std::vector<PublicJwk> public_keys() const;
  const Key* find_by_header(std::string_view header_part) const;
  const Key* find(std::string_view kid) const;
  /// Tokens with a good signature under one of these keys, and gone with them.
  KnownTokens& known_tokens() const { return *known_tokens_; }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};
  std::span<const Key> keys() const { return {keys_.data(), size()}; }

  const Signer signer_kind_;
  /// Few: searched in order. Has room for all from the beginning, so that those in it never move;
  /// readers go by `size_`.
  std::vector<Key> keys_;
  std::atomic<std::size_t> size_;
  std::atomic<std::size_t> signer_;               // the place of the signing key, or kNone
  std::unique_ptr<std::atomic<bool>[]> retired_;  // by the keys' places
  std::unique_ptr<KnownTokens> known_tokens_;

  mutable Mutex changing_;
  std::set<std::string, std::less<>> retired_kids_ GUARDED_BY(changing_);
  std::string named_ GUARDED_BY(changing_);  // who is to sign; empty: nobody was named
};

/// The environment a kid names, if it is one of ours in form; empty otherwise.
std::string_view environment_of_kid(std::string_view kid);

}  // namespace claviger
