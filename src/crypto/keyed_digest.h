#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/random.h"

namespace claviger {

/// A digest under a random key that is nobody's to know, for recognising a text that was seen
/// before many times faster than a SHA-256 would. Of two texts of one length, chosen by anybody
/// without sight of the key or of a digest, the digests are equal with a probability of 2^-128 at
/// most. Not for anything that leaves the process.
///
/// It is NH of UMAC, with 64-bit words and two Toeplitz passes (Black, Halevi, Krawczyk, Krovetz,
/// Rogaway: "UMAC: Fast and Secure Message Authentication", CRYPTO '99, theorem 4.3).
class KeyedDigest {
 public:
  explicit KeyedDigest(Random& random);
  ~KeyedDigest();
  KeyedDigest(const KeyedDigest&) = delete;
  KeyedDigest& operator=(const KeyedDigest&) = delete;

  static constexpr std::size_t text_max = 1024;
  using Value = std::array<std::uint64_t, 4>;
  /// Of a text of at most `text_max` bytes. Its length is not in it: to be compared beside it.
  Value of(std::string_view text) const;

 private:
  static constexpr std::size_t kWords = text_max / sizeof(std::uint64_t);
  std::array<std::uint64_t, kWords + 2> key_;  // the second pass begins two words later
};

}  // namespace claviger
