#pragma once

#include <cstdint>
#include <string>

namespace claviger {

/// Something about a database that its operator should know, and what to do about it. Neither text
/// holds a password or what is in a row.
struct DatabaseFinding {
  enum class Severity : std::uint8_t {
    error,    // Claviger does not work on it, or what it promises does not hold
    warning,  // it works, and may fail or lose something one day
    note,     // to be known; may well be meant
  };
  Severity severity = Severity::error;
  std::string wrong{};
  std::string right{};
};

}  // namespace claviger
