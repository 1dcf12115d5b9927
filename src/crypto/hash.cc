#include "crypto/hash.h"

#include "crypto/sha256_state.h"

namespace claviger {

std::array<std::uint8_t, 32> sha256(ByteView bytes) {
  Sha256State state;
  state.update(bytes);
  return state.finish();
}

}  // namespace claviger
