#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace claviger {

std::array<std::uint8_t, 32> sha256(ByteView bytes);

/// Whether two byte strings are equal, in a time that depends on their length alone.
bool equal_constant_time(ByteView a, ByteView b);

}  // namespace claviger
