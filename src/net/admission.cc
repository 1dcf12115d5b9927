#include "net/admission.h"

#include <functional>
#include <string_view>

#include "base/bytes.h"

namespace claviger::net {

std::size_t Admission::AddressHash::operator()(const http::Address& address) const noexcept {
  return std::hash<std::string_view>{}(text_of(address.bytes));
}

bool Admission::enter(const http::Address& address, bool is_proxy) {
  if (connections_.fetch_add(1) >= bounds_.connections) {
    --connections_;
    refused_.add();
    return false;
  }
  Shard& s = shard(address);
  Lock lock(s.mutex);
  const auto place = s.counts.try_emplace(address, 0).first;
  if (!is_proxy && place->second >= bounds_.connections_per_address) {
    --connections_;
    refused_.add();
    return false;
  }
  ++place->second;
  return true;
}

void Admission::leave(const http::Address& address) {
  --connections_;
  Shard& s = shard(address);
  Lock lock(s.mutex);
  const auto place = s.counts.find(address);
  if (--place->second == 0) s.counts.erase(place);
}

bool Admission::grow_input(std::size_t bytes) {
  if (grown_input_.fetch_add(bytes) + bytes <= bounds_.grown_input_bytes) return true;
  grown_input_ -= bytes;
  return false;
}

}  // namespace claviger::net
