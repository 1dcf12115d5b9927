#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace claviger {

/// The name of a deployment ("development", "staging", "production"): stamped into keys, secrets,
/// tokens and the database (ENV-1). 1–32 of a–z, 0–9 and inner single hyphens, a letter first.
class Environment {
 public:
  static std::optional<Environment> parse(std::string_view name);
  const std::string& name() const { return name_; }
  bool is_development() const { return name_ == "development"; }
  bool operator==(const Environment&) const = default;

 private:
  explicit Environment(std::string_view name) : name_(name) {}
  std::string name_;
};

}  // namespace claviger
