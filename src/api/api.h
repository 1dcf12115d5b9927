#pragma once

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "api/call.h"
#include "http/handler.h"
#include "observe/log.h"

namespace claviger::api {

/// The HTTP API: finds the route of a request, checks its credential, reads its body, calls its
/// endpoint and writes what that refuses as a problem.
class Api final : public http::Handler {
 public:
  struct Options {
    std::optional<ApiKey> default_api_key{};
    openid::Provider* openid = nullptr;    // null: administrators log in by links alone
    std::vector<Network> metrics_allow{};  // who may read the metrics
  };
  Api(Services& services, AttemptLimiter& limiter, Log& log, Options options);

  /// Where the number of connections is asked for. Before the first request.
  void watch_connections(std::function<ConnectionCounts()> ask) {
    app_.connections = std::move(ask);
  }

  /// Keeps the series of the overview going; to be called several times a minute.
  void sample_traffic() { app_.traffic.sample(app_.services.clock.now()); }
  /// From now on /readyz says 503.
  void start_draining() { app_.draining = true; }

  bool is_bulk(const http::Request& request) const override;
  void handle_bulk(std::span<const Job> jobs) override;
  bool reads_body(const http::Request& request) const override;
  bool try_handle(const http::Request& request, http::Response& response) override;
  void handle(const http::Request& request, http::Response& response) override;
  void refuse(int status, std::string_view reason, const http::Request& request,
              http::Response& response) override;
  void answered(const http::Request& request, const http::Response& response,
                std::chrono::steady_clock::time_point since) override;

 private:
  Attempts attempts_;
  App app_;
  Log& log_;
};

}  // namespace claviger::api
