#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "token/key_ring.h"
#include "token/refusal.h"

namespace claviger {

/// The payload of a token whose signature was checked. Only check_signature makes one, and only
/// this can be parsed into claims: nothing of a payload is read before its signature (TOK-4).
class SignedPayload {
 public:
  /// The JSON text, followed by at least kPadding readable bytes of the buffer it was decoded into.
  std::string_view json() const { return json_; }
  static constexpr std::size_t kPadding = 64;
  /// Which key of the ring has signed it.
  std::size_t key() const { return key_; }
  /// Memory for the payload of one token, however long.
  using Buffer = std::array<char, limits::token_bytes + kPadding>;

 private:
  friend Checked<SignedPayload> check_signature(std::string_view, const KeyRing&, Buffer&);
  SignedPayload(std::string_view json, std::size_t key) : json_(json), key_(key) {}
  std::string_view json_;
  std::size_t key_;
};

/// Layer 1: the compact form is exact (TOK-3), the protected header is one of ours (TOK-2), and the
/// signature is that of the key it names (TOK-1).
/// The payload is decoded into `buffer`.
Checked<SignedPayload> check_signature(std::string_view token, const KeyRing& keys,
                                       SignedPayload::Buffer& buffer);

/// The compact form of a payload signed by a key (RFC 7515 §7.1).
std::string sign_token(const Key& key, std::string_view payload_json);

}  // namespace claviger
