#pragma once

#include <chrono>
#include <cstddef>

#include "base/limits.h"

namespace claviger::net {

/// The limits of connections, as values, so that a test can have smaller ones.
struct Bounds {
  std::chrono::milliseconds head_deadline = limits::head_deadline;
  std::chrono::milliseconds body_deadline = limits::body_deadline;
  std::chrono::milliseconds write_deadline = limits::write_deadline;
  std::chrono::milliseconds idle_deadline = limits::idle_deadline;
  std::chrono::milliseconds linger_deadline = limits::linger_deadline;
  std::chrono::milliseconds drain_deadline = limits::drain_deadline;
  std::chrono::milliseconds sweep_interval{500};  // how late a deadline may be noticed
  std::size_t connections = limits::connections;
  std::size_t connections_per_address = limits::connections_per_address;
  std::size_t unread_output_bytes = limits::unread_output_bytes;
  std::size_t grown_input_bytes = limits::grown_input_bytes;
  std::size_t pool_threads = limits::pool_threads;
  std::size_t pool_queue = limits::pool_queue;
};

}  // namespace claviger::net
