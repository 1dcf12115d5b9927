#include "net/ticket_keys.h"

#include <algorithm>

#include "base/limits.h"

namespace claviger::net {

void TicketKeys::renew(Time now) {
  const auto age = now - made_;
  if (keys_[0] && age < limits::tls_ticket_period) return;
  if (age < 2 * limits::tls_ticket_period)
    keys_[1] = keys_[0];
  else
    keys_[1].reset();
  TicketKey key;
  random_.fill(key.name);
  random_.fill(key.cipher);
  random_.fill(key.mac);
  keys_[0] = key;
  made_ = now;
}

TicketKey TicketKeys::sealing(Time now) {
  Lock lock(mutex_);
  renew(now);
  return *keys_[0];
}

std::optional<TicketKey> TicketKeys::opening(std::span<const std::uint8_t> name, Time now) {
  Lock lock(mutex_);
  renew(now);
  for (const auto& key : keys_)
    if (key && std::ranges::equal(key->name, name)) return key;
  return std::nullopt;
}

}  // namespace claviger::net
