#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace claviger {

std::array<std::uint8_t, 32> sha256(ByteView bytes);

}  // namespace claviger
