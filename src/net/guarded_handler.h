#pragma once

#include "http/handler.h"
#include "observe/log.h"

namespace claviger::net {

/// The handler, as connections call it: what it throws ends here. That is a defect or a lack of
/// memory; the request is answered with 503, its connection closed, and a line logged.
class GuardedHandler {
 public:
  GuardedHandler(http::Handler& handler, Log& log) : handler_(handler), log_(log) {}

  bool is_bulk(const http::Request& request) const { return handler_.is_bulk(request); }
  bool reads_body(const http::Request& request) const { return handler_.reads_body(request); }
  /// False: the request is to be answered by `handle`, where waiting is possible.
  bool answers_at_once(const http::Request& request, http::Response& response) noexcept;
  void handle(const http::Request& request, http::Response& response) noexcept;
  void handle_bulk(std::span<const http::Handler::Job> jobs) noexcept;
  void refuse(int status, std::string_view reason, const http::Request& request,
              http::Response& response) noexcept;
  /// The next piece of the answer's body, in `response.body`.
  http::BodySource::Outcome next_piece(const http::Request& request,
                                       http::Response& response) noexcept;
  void answered(const http::Request& request, const http::Response& response,
                std::chrono::steady_clock::time_point since) noexcept;

 private:
  void give_up(const http::Request& request, http::Response& response) noexcept;

  http::Handler& handler_;
  Log& log_;
};

}  // namespace claviger::net
