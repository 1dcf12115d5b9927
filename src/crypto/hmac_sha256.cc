#include "crypto/hmac_sha256.h"

#include <algorithm>

#include "crypto/hash.h"
#include "crypto/sha256_state.h"

namespace claviger {
namespace {

constexpr std::size_t kBlock = 64;

Sha256State keyed(std::array<std::uint8_t, kBlock> block, std::uint8_t pad) {
  for (auto& byte : block) byte ^= pad;
  Sha256State state;
  state.update(block);
  wipe(block.data(), block.size());
  return state;
}

}  // namespace

struct HmacSha256::State {
  Sha256State inner;
  Sha256State outer;
};

HmacSha256::HmacSha256(ByteView key) {
  std::array<std::uint8_t, kBlock> block{};
  if (key.size() > kBlock) {
    auto digest = sha256(key);
    std::ranges::copy(digest, block.begin());
    wipe(digest.data(), digest.size());
  } else {
    std::ranges::copy(key, block.begin());
  }
  state_ = std::make_unique<State>(State{keyed(block, 0x36), keyed(block, 0x5c)});
  wipe(block.data(), block.size());
}

HmacSha256::~HmacSha256() = default;
HmacSha256::HmacSha256(HmacSha256&&) noexcept = default;
HmacSha256& HmacSha256::operator=(HmacSha256&&) noexcept = default;

HmacSha256::Mac HmacSha256::mac(ByteView message) const {
  Sha256State inner = state_->inner;
  inner.update(message);
  Sha256State outer = state_->outer;
  outer.update(inner.finish());
  return outer.finish();
}

}  // namespace claviger
