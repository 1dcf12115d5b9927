#pragma once

#include <atomic>

#include "base/time.h"
#include "http/handler.h"
#include "net/admission.h"
#include "net/bounds.h"
#include "net/guarded_handler.h"
#include "net/pool.h"
#include "observe/log.h"

namespace claviger::net {

/// What all loops and connections of a server share.
struct Edge {
  Edge(http::Handler& h, const Clock& c, Log& l, const Bounds& b)
      : handler(h, l),
        clock(c),
        log(l),
        bounds(b),
        admission(b),
        pool(b.pool_threads, b.pool_queue) {}

  GuardedHandler handler;
  const Clock& clock;
  Log& log;
  const Bounds bounds;
  std::atomic<bool> is_stopping{false};
  Admission admission;
  Pool pool;
};

}  // namespace claviger::net
