#include "base/environment.h"

#include "base/limits.h"

namespace claviger {

std::optional<Environment> Environment::parse(std::string_view name) {
  if (name.empty() || name.size() > limits::environment_chars) return std::nullopt;
  if (name.front() < 'a' || name.front() > 'z' || name.back() == '-') return std::nullopt;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!word && (c != '-' || name[i - 1] == '-')) return std::nullopt;
  }
  return Environment(name);
}

}  // namespace claviger
