#pragma once

#include <atomic>
#include <utility>
#include <vector>

#include "base/ip_address.h"
#include "base/time.h"
#include "http/handler.h"
#include "net/admission.h"
#include "net/bounds.h"
#include "net/guarded_handler.h"
#include "net/pool.h"
#include "net/tls.h"
#include "observe/log.h"

namespace claviger::net {

/// What all loops and connections of a server share.
struct Edge {
  Edge(http::Handler& h, const Clock& c, Log& l, const Bounds& b, const Tls* t,
       std::vector<Network> trusted_proxies)
      : handler(h, l),
        clock(c),
        log(l),
        bounds(b),
        tls(t),
        proxies(std::move(trusted_proxies)),
        admission(b),
        pool(b.pool_threads, b.pool_queue) {}

  /// Whether what this peer says of whom it calls for is believed (NET-2).
  bool is_proxy(const http::Address& peer) const { return any_contains(proxies, peer); }
  /// Whether plain HTTP with this peer would show credentials to the network (NET-2).
  bool is_stranger(const http::Address& peer) const {
    return tls == nullptr && !is_loopback(peer) && !is_proxy(peer);
  }

  GuardedHandler handler;
  const Clock& clock;
  Log& log;
  const Bounds bounds;
  const Tls* const tls;  // null: plain HTTP
  const std::vector<Network> proxies;
  std::atomic<bool> is_stopping{false};
  Admission admission;
  Pool pool;
};

}  // namespace claviger::net
