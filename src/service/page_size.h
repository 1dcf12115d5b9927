#pragma once

#include <cstdint>

#include "base/limits.h"
#include "base/result.h"

namespace claviger {

/// Errors: unacceptable_field ("page_size") outside 1…100.
inline Status check_page_size(std::int64_t page_size) {
  if (page_size < 1 || page_size > limits::page_size_max)
    return fail(unacceptable("page_size", "must be 1 to 100"));
  return {};
}

}  // namespace claviger
