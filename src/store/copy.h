#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>

namespace claviger {

/// What a copy made of one table.
struct CopiedTable {
  std::string_view name;  // a literal
  std::int64_t rows = 0;
  std::array<std::uint8_t, 32> digest{};  // SHA-256 over all rows, the same for each engine
};

/// Told how many rows were read or written so far, of how many.
using CopyProgress = std::function<void(std::int64_t done, std::int64_t total)>;

}  // namespace claviger
