#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/ids.h"

namespace claviger {

/// A client in the live view, shared by its users. Once `ended`, everything that points to it is
/// read anew.
struct LiveClient {
  explicit LiveClient(ClientId its_id) : id(its_id) {}
  const ClientId id;
  std::atomic<bool> ended{false};
  std::atomic<std::uint32_t> holders{0};

  struct Release {
    void operator()(LiveClient* client) const noexcept {
      if (client->holders.fetch_sub(1) == 1) delete client;
    }
  };
  /// Keeps a client; with the last one it goes.
  using Hold = std::unique_ptr<LiveClient, Release>;
  static Hold make(ClientId id) { return (new LiveClient(id))->hold(); }
  Hold hold() {
    holders.fetch_add(1);
    return Hold(this);
  }
};

/// A user in the live view, shared by the entries of its tokens: ending it voids them all at once.
/// There may be millions, so its texts stand behind it in the same piece of memory.
class LiveUser {
 public:
  /// With one holder. The texts have at most 65,535 bytes each.
  static LiveUser* make(UserId id, LiveClient::Hold client, std::string_view username,
                        std::string_view scopes);
  LiveUser(const LiveUser&) = delete;
  LiveUser& operator=(const LiveUser&) = delete;
  ~LiveUser() = default;
  static void operator delete(void* memory) { ::operator delete(memory); }

  std::string_view username() const { return {texts(), username_size_}; }
  std::string_view scopes() const { return {texts() + username_size_, scopes_size_}; }
  bool is_current() const {
    return !ended.load(std::memory_order_acquire) && !client->ended.load(std::memory_order_acquire);
  }

  const UserId id;
  const LiveClient::Hold client;
  std::atomic<std::uint32_t> holders{1};  // entries and others that keep it
  std::atomic<bool> ended{false};

 private:
  LiveUser(UserId its_id, LiveClient::Hold its_client, std::string_view username,
           std::string_view scopes);
  const char* texts() const { return reinterpret_cast<const char*>(this + 1); }

  std::uint16_t username_size_;
  std::uint16_t scopes_size_;
};

}  // namespace claviger
