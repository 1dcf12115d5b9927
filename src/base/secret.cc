#include "base/secret.h"

#include <cstring>

namespace claviger {

void wipe(void* data, std::size_t size) noexcept {
  if (size != 0) ::explicit_bzero(data, size);
}

void wipe(std::string& text) noexcept {
  wipe(text.data(), text.capacity());
  text.clear();
}

}  // namespace claviger
