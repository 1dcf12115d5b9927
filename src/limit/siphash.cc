#include "limit/siphash.h"

#include <bit>

namespace claviger {
namespace {

/// Little-endian, whatever the machine.
std::uint64_t read_word(ByteView bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) word |= std::uint64_t{bytes[i]} << (8 * i);
  return word;
}

struct State {
  std::uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
  void compress(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
  std::uint64_t finish() {
    v2 ^= 0xff;
    for (int i = 0; i < 4; ++i) round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

}  // namespace

std::uint64_t siphash(const SipKey& key, ByteView text) {
  State state{.v0 = key.low ^ 0x736f6d6570736575ULL,
              .v1 = key.high ^ 0x646f72616e646f6dULL,
              .v2 = key.low ^ 0x6c7967656e657261ULL,
              .v3 = key.high ^ 0x7465646279746573ULL};
  const std::uint64_t length = text.size();
  for (; text.size() >= 8; text = text.subspan(8)) state.compress(read_word(text.first(8)));
  state.compress(read_word(text) | length << 56);
  return state.finish();
}

}  // namespace claviger
