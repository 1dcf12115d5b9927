#pragma once

#include <unordered_map>

#include "base/ids.h"
#include "base/mutex.h"
#include "base/time.h"

namespace claviger {

/// Remembers when users and clients last used their credentials, until it is written in a batch.
class Usage {
 public:
  void user_used(UserId id, Instant now);
  void client_used(ClientId id, Instant now);

  struct Batch {
    std::unordered_map<UserId, Instant> users;
    std::unordered_map<ClientId, Instant> clients;
  };
  /// What came since the last call.
  Batch take();

 private:
  Mutex mutex_;
  Batch batch_ GUARDED_BY(mutex_);
};

}  // namespace claviger
