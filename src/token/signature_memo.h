#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

namespace claviger {

/// Remembers which tokens had a good signature, so that an expensive one is computed once. What it
/// holds is the SHA-256 of the whole token, header, payload and signature; the header names the
/// key. So only exactly these bytes under exactly this key are ever found, and nobody can make
/// other bytes with the same digest. Only the signature is remembered: the other layers are looked
/// at each time. Lock-free, of a fixed size; the oldest of a set of four goes for a new one.
class SignatureMemo {
 public:
  using Digest = std::array<std::uint8_t, 32>;
  /// Room for 4 × `sets` tokens; `sets` is a power of two. Untouched memory costs nothing.
  explicit SignatureMemo(std::size_t sets);

  bool holds(const Digest& digest) const;
  void remember(const Digest& digest);

 private:
  static constexpr std::size_t kWays = 4;
  using Words = std::array<std::uint64_t, 4>;
  struct alignas(32) Entry {
    std::array<std::atomic<std::uint64_t>, 4> words;
  };
  struct Free {
    void operator()(Entry* entries) const;
  };
  Entry* set_of(const Words& words) const;

  std::size_t mask_;
  std::unique_ptr<Entry[], Free> entries_;
  std::atomic<std::uint32_t> next_way_{0};
};

}  // namespace claviger
