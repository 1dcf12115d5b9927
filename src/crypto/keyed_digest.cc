#include "crypto/keyed_digest.h"

#include <cstring>
#include <span>

#include "base/secret.h"

namespace claviger {
namespace {

__extension__ using Wide = unsigned __int128;
using Pair = std::array<std::uint64_t, 2>;

Wide product(const Pair& pair, const std::uint64_t* key) {
  return Wide{pair[0] + key[0]} * (pair[1] + key[1]);
}

}  // namespace

KeyedDigest::KeyedDigest(Random& random) {
  random.fill({reinterpret_cast<std::uint8_t*>(key_.data()), sizeof key_});
}

KeyedDigest::~KeyedDigest() {
  wipe(key_.data(), sizeof key_);
}

KeyedDigest::Value KeyedDigest::of(std::string_view text) const {
  Wide first = 0;
  Wide second = 0;
  const std::uint64_t* key = key_.data();
  for (; text.size() >= sizeof(Pair); text.remove_prefix(sizeof(Pair)), key += 2) {
    Pair pair;
    std::memcpy(pair.data(), text.data(), sizeof pair);
    first += product(pair, key);
    second += product(pair, key + 2);
  }
  if (!text.empty()) {
    Pair pair{};
    std::memcpy(pair.data(), text.data(), text.size());
    first += product(pair, key);
    second += product(pair, key + 2);
  }
  return {static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(first >> 64),
          static_cast<std::uint64_t>(second), static_cast<std::uint64_t>(second >> 64)};
}

}  // namespace claviger
