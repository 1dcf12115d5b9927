#include "crypto/system_random.h"

#include <openssl/rand.h>

#include <cstdio>
#include <cstdlib>

namespace claviger {

void SystemRandom::fill(std::span<std::uint8_t> out) {
  if (RAND_bytes(out.data(), static_cast<int>(out.size())) == 1) return;
  std::fputs("claviger: the system gives no random bytes\n", stderr);
  std::abort();  // nothing that is made from predictable bytes may leave
}

}  // namespace claviger
