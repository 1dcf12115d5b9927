#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <unordered_map>

#include "base/counter.h"
#include "base/mutex.h"
#include "http/request.h"
#include "net/bounds.h"

namespace claviger::net {

/// Counts the connections of all loops, and the memory that grew beyond what a connection at work
/// always has. Safe for all threads; asked when a connection comes and goes, not per request.
class Admission {
 public:
  explicit Admission(const Bounds& bounds) : bounds_(bounds) {}

  /// Whether one more connection from there is taken. If so, `leave` is to follow. A trusted proxy
  /// has as many as there are: they are those of all its callers.
  [[nodiscard]] bool enter(const http::Address& address, bool is_proxy = false);
  void leave(const http::Address& address);

  /// Those that are open now.
  std::size_t connections() const { return connections_; }
  /// Those that were not taken, since the start.
  std::int64_t refused() const { return refused_.value(); }

  /// Whether there is memory for that many more bytes of requests. If so, `give_back` is to follow.
  [[nodiscard]] bool grow_input(std::size_t bytes);
  void give_back_input(std::size_t bytes) { grown_input_ -= bytes; }

 private:
  struct AddressHash {
    std::size_t operator()(const http::Address& address) const noexcept;
  };
  struct Shard {
    Mutex mutex;
    std::unordered_map<http::Address, std::size_t, AddressHash> counts GUARDED_BY(mutex);
  };
  Shard& shard(const http::Address& address) {
    return shards_[AddressHash{}(address) % shards_.size()];
  }

  const Bounds bounds_;
  std::atomic<std::size_t> connections_{0};
  std::atomic<std::size_t> grown_input_{0};
  Counter refused_;
  std::array<Shard, 16> shards_;
};

}  // namespace claviger::net
