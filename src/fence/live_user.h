#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "base/ids.h"

namespace claviger {

/// A client in the live view. Once `ended`, everything that points to it is read anew.
struct LiveClient {
  ClientId id;
  std::atomic<bool> ended{false};
};

/// A user in the live view, shared by the entries of its tokens: ending it voids them all at once.
struct LiveUser {
  UserId id;
  std::string username;
  std::string scopes;
  std::shared_ptr<LiveClient> client;
  std::atomic<bool> ended{false};
  std::atomic<std::uint32_t> holders{1};  // entries and others that keep it

  bool is_current() const {
    return !ended.load(std::memory_order_acquire) && !client->ended.load(std::memory_order_acquire);
  }
};

}  // namespace claviger
