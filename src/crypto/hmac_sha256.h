#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "base/bytes.h"

namespace claviger {

/// HMAC-SHA-256 (RFC 2104) under one key, with the key's two blocks hashed beforehand: a MAC costs
/// the hashing of the message and one block more. Holds no copy of the key itself; wipes its state.
class HmacSha256 {
 public:
  using Mac = std::array<std::uint8_t, 32>;
  explicit HmacSha256(ByteView key);
  ~HmacSha256();
  HmacSha256(HmacSha256&&) noexcept;
  HmacSha256& operator=(HmacSha256&&) noexcept;

  /// Safe for all threads; allocates nothing.
  Mac mac(ByteView message) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace claviger
