#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "base/ip_address.h"
#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "http/handler.h"
#include "net/bounds.h"
#include "net/socket.h"
#include "net/tls.h"
#include "observe/log.h"

namespace claviger::net {

struct Edge;
class Loop;

/// Serves HTTP/1.1: one thread with a loop of its own for each worker, and a pool for what may
/// wait. Everything it is given must outlive it.
class Server {
 public:
  struct Options {
    std::vector<ListenAddress> listen;
    unsigned workers = 1;
    Bounds bounds{};
    const Tls* tls = nullptr;                // null: plain HTTP. By TLS, SIGPIPE has to be ignored
    std::vector<Network> trusted_proxies{};  // whose X-Forwarded-For is believed
  };
  /// Listens on all addresses; connections wait until `start`. An error names the address and why.
  static Result<std::unique_ptr<Server>> open(const Options& options, http::Handler& handler,
                                              const Clock& clock, Random& random, Log& log);
  /// Stops and joins.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// What is listened on, with the real ports.
  const std::vector<ListenAddress>& addresses() const { return addresses_; }
  /// How many connections are open, and how many were refused since the start for being too many.
  struct Connections {
    std::int64_t open = 0;
    std::int64_t refused = 0;
  };
  Connections connections() const;
  void start();
  /// Begins to stop: no new connections, idle ones are closed, requests under way are answered and
  /// their connections closed, for at most the drain deadline. Safe in a signal handler.
  void stop() noexcept;
  /// Waits until all has stopped.
  void join();

 private:
  Server(std::unique_ptr<Edge> edge, std::vector<ListenAddress> addresses);

  std::unique_ptr<Edge> edge_;
  std::vector<ListenAddress> addresses_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::vector<std::thread> threads_;
};

}  // namespace claviger::net
