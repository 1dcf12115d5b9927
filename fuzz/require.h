#pragma once

#include <cstdlib>

/// Ends a fuzz target at a broken promise, in every build.
inline void require(bool holds) {
  if (!holds) std::abort();
}
