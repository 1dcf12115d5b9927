#include "net/guarded_handler.h"

namespace claviger::net {

bool GuardedHandler::answers_at_once(const http::Request& request,
                                     http::Response& response) noexcept {
  try {
    response.reset();
    if (handler_.try_handle(request, response)) return true;
    response.reset();
    return false;
  } catch (...) {
    give_up(request, response);
    return true;
  }
}

void GuardedHandler::handle(const http::Request& request, http::Response& response) noexcept {
  try {
    handler_.handle(request, response);
  } catch (...) {
    give_up(request, response);
  }
}

void GuardedHandler::handle_bulk(std::span<const http::Handler::Job> jobs) noexcept {
  try {
    handler_.handle_bulk(jobs);
  } catch (...) {
    for (const auto& job : jobs) give_up(*job.request, *job.response);
  }
}

void GuardedHandler::refuse(int status, std::string_view reason, const http::Request& request,
                            http::Response& response) noexcept {
  try {
    response.reset();
    handler_.refuse(status, reason, request, response);
  } catch (...) {
    give_up(request, response);
  }
}

http::BodySource::Outcome GuardedHandler::next_piece(const http::Request& request,
                                                     http::Response& response) noexcept {
  using Outcome = http::BodySource::Outcome;
  auto outcome = Outcome::failed;
  try {
    outcome = response.source->next(response.body);
    if (outcome == Outcome::failed)
      log_.write(LogLevel::error, "body_broken_off",
                 {{"request_id", http::request_id_text(request.id)}});
  } catch (...) {
    // There is no memory, and the connection closes in the middle of the body, which says enough.
  }
  return outcome;
}

void GuardedHandler::answered(const http::Request& request, const http::Response& response,
                              std::chrono::steady_clock::time_point since) noexcept {
  try {
    handler_.answered(request, response, since);
  } catch (...) {
    // The answer is good; only its line in the log is missing.
  }
}

void GuardedHandler::give_up(const http::Request& request, http::Response& response) noexcept {
  try {
    log_.write(LogLevel::error, "exception_in_handler",
               {{"request_id", http::request_id_text(request.id)}});
    response.reset();
    handler_.refuse(503, "The server could not answer.", request, response);
  } catch (...) {
    // Then without a body.
    response.reset();
    response.status = 503;
  }
  response.close = true;
}

}  // namespace claviger::net
