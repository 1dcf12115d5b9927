#include "net/server.h"

#include <array>
#include <cstring>

#include "base/thread_priority.h"
#include "net/edge.h"
#include "net/loop.h"

namespace claviger::net {
namespace {

std::uint64_t random_number(Random& random) {
  std::array<std::uint8_t, 8> bytes;
  random.fill(bytes);
  std::uint64_t number;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

}  // namespace

Result<std::unique_ptr<Server>> Server::open(const Options& options, http::Handler& handler,
                                             const Clock& clock, Random& random, Log& log) {
  raise_descriptor_limit();
  auto addresses = options.listen;
  std::vector<std::vector<Fd>> listeners(options.workers);
  for (auto& address : addresses) {
    if (address.port != 0) TRY_STATUS(check_is_free(address));
    for (auto& of_worker : listeners) of_worker.push_back(TRY(listen_on(address)));
  }
  auto edge = std::make_unique<Edge>(handler, clock, log, options.bounds, options.tls,
                                     options.trusted_proxies);
  std::unique_ptr<Server> server(new Server(std::move(edge), std::move(addresses)));
  for (auto& of_worker : listeners) {
    auto loop = std::make_unique<Loop>(*server->edge_, std::move(of_worker), random_number(random));
    if (!loop->is_watching())
      return fail(Code::overloaded, "The system has no more resources to wait for connections.");
    server->loops_.push_back(std::move(loop));
  }
  return server;
}

Server::Server(std::unique_ptr<Edge> edge, std::vector<ListenAddress> addresses)
    : edge_(std::move(edge)), addresses_(std::move(addresses)) {}

Server::~Server() {
  stop();
  join();
}

Server::Connections Server::connections() const {
  return {.open = static_cast<std::int64_t>(edge_->admission.connections()),
          .refused = edge_->admission.refused()};
}

void Server::start() {
  for (const auto& loop : loops_)
    threads_.emplace_back([&loop] {
      prefer_short_waits();
      loop->run();
    });
}

void Server::stop() noexcept {
  edge_->is_stopping.store(true);
  for (const auto& loop : loops_) loop->wake();
}

void Server::join() {
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  // A thread of the pool may be about to wake a loop that has its answer already and has ended.
  edge_->pool.stop();
}

}  // namespace claviger::net
