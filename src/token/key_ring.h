#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "base/secret.h"
#include "crypto/hmac_sha256.h"

namespace claviger {

/// A key that signs or checks tokens. Its algorithm is the key's own; a token can only name the key
/// (RFC 8725 §3.1).
class Key {
 public:
  /// An HS256 key (RFC 7518 §3.2). Its kid is "<environment>.<fingerprint>".
  static Key hs256(const Environment& environment, const SigningSecret& secret);

  const std::string& kid() const { return kid_; }
  std::string_view algorithm() const { return "HS256"; }
  /// The first part of every token that this key signs: base64url of its protected header.
  const std::string& header_part() const { return header_part_; }

  /// The base64url signature of "<header>.<payload>".
  std::string sign(std::string_view signing_input) const;
  /// Whether the signature, base64url, is that of the signing input.
  bool verify(std::string_view signing_input, std::string_view signature_part) const;

 private:
  Key(std::string kid, HmacSha256 mac);
  std::string kid_;
  std::string header_part_;
  HmacSha256 mac_;
};

/// The keys of this environment: one signs, all check.
class KeyRing {
 public:
  KeyRing(Key signing, std::vector<Key> checking_only);
  const Key& signing() const { return keys_.front(); }
  const Key* find_by_header(std::string_view header_part) const;
  const Key* find(std::string_view kid) const;

 private:
  std::vector<Key> keys_;  // few: searched in order; the first one signs
};

/// The environment a kid names, if it is one of ours in form; empty otherwise.
std::string_view environment_of_kid(std::string_view kid);

}  // namespace claviger
