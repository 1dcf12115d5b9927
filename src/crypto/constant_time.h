#pragma once

#include "base/bytes.h"

namespace claviger {

/// Whether two byte strings are equal, in a time that depends on their length alone.
bool equal_constant_time(ByteView a, ByteView b);

}  // namespace claviger
