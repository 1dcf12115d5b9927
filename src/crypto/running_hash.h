#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "base/bytes.h"

namespace claviger {

class Sha256State;

/// SHA-256 of what comes in pieces.
class RunningHash {
 public:
  RunningHash();
  RunningHash(const RunningHash&) = delete;
  RunningHash& operator=(const RunningHash&) = delete;
  ~RunningHash();
  void update(ByteView bytes);
  /// To be called once, at the end.
  std::array<std::uint8_t, 32> finish();

 private:
  std::unique_ptr<Sha256State> state_;
};

}  // namespace claviger
