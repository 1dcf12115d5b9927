#include "crypto/running_hash.h"

#include "crypto/sha256_state.h"

namespace claviger {

RunningHash::RunningHash() : state_(std::make_unique<Sha256State>()) {}

RunningHash::~RunningHash() = default;

void RunningHash::update(ByteView bytes) {
  state_->update(bytes);
}

std::array<std::uint8_t, 32> RunningHash::finish() {
  return state_->finish();
}

}  // namespace claviger
