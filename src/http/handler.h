#pragma once

#include <chrono>
#include <span>

#include "http/request.h"
#include "http/response.h"

namespace claviger::http {

/// What the connections of net/ are given: it knows every endpoint, they know none.
class Handler {
 public:
  virtual ~Handler() = default;

  /// Answers on the connection's own thread, if that needs no waiting. False: it would have to wait
  /// (for storage); then `handle` is called on a thread of the pool.
  virtual bool try_handle(const Request& request, Response& response) = 0;

  /// Answers, waiting if need be. Never throws for anything a caller sends.
  virtual void handle(const Request& request, Response& response) = 0;

  /// Whether requests of this kind come in bulk. On their way to the pool they wait in a queue of
  /// their own and behind all others, so that no number of them keeps anybody from taking a
  /// credential back; and those that wait there at the same time are answered together.
  virtual bool is_bulk(const Request& request) const = 0;

  struct Job {
    const Request* request;
    Response* response;
  };
  /// Answers requests that come in bulk, as `handle` does.
  virtual void handle_bulk(std::span<const Job> jobs) = 0;

  /// Whether a body is read at all. Of a request whose body means nothing (/verify) it is skipped
  /// unread, whatever its Content-Type or Content-Encoding.
  virtual bool reads_body(const Request& request) const = 0;

  /// The answer for a request that could not be understood or taken: status 400, 405, 408, 413,
  /// 414, 417, 431, or 503 (the pool is full, there are too many connections).
  virtual void refuse(int status, std::string_view reason, const Request& request,
                      Response& response) = 0;

  /// Called when the answer to a request has been put behind what goes out, for the log. The
  /// request had come at `since`.
  virtual void answered(const Request& request, const Response& response,
                        std::chrono::steady_clock::time_point since) = 0;
};

}  // namespace claviger::http
