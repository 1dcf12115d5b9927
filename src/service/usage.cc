#include "service/usage.h"

#include <utility>

namespace claviger {

void Usage::user_used(UserId id, Instant now) {
  const Lock lock(mutex_);
  batch_.users[id] = now;
}

void Usage::client_used(ClientId id, Instant now) {
  const Lock lock(mutex_);
  batch_.clients[id] = now;
}

Usage::Batch Usage::take() {
  const Lock lock(mutex_);
  return std::exchange(batch_, {});
}

}  // namespace claviger
