#include "api/api.h"

#include "api/admission.h"
#include "api/openapi.h"
#include "http/problem.h"
#include "http/trace.h"

namespace claviger::api {
namespace {

using Outcome = http::Match::Outcome;

/// Two of a credential header: which one counts is anybody's guess (NET-6).
Status check_single_credentials(const http::Request& request) {
  if (request.api_key.count > 1)
    return fail(Code::malformed_request, "The header x-api-key came more than once.");
  if (request.authorization.count > 1)
    return fail(Code::malformed_request, "The header Authorization came more than once.");
  return {};
}

void write_error(const Call* call, const Error& error, const http::Request& request,
                 http::Response& response) {
  const auto status = http::problem_kind(error.code).status;
  if (call != nullptr && (status == 401 || error.code == Code::insufficient_scope))
    add_challenge(*call, error);
  if (call != nullptr && is_oauth(call->route))
    http::write_oauth_error(error, response);
  else
    http::write_problem(error, request, response);
  response.notes.reason = error.cause.empty() ? error.detail : error.cause;
}

/// The answer where no row matches: 404, 405 or, to OPTIONS, what is allowed.
void answer_unrouted(Outcome outcome, const http::Request& request, http::Response& response) {
  if (outcome == Outcome::not_found) {
    write_error(nullptr, {.code = Code::not_found, .detail = "There is no such path."}, request,
                response);
    return;
  }
  response.add_header("Allow", allowed_methods(request.path));
  if (outcome == Outcome::options)
    response.status = 204;
  else
    write_error(nullptr,
                {.code = Code::method_not_allowed, .detail = "This path has other methods."},
                request, response);
}

void note_route(const Route& route, http::LogNotes& notes) {
  notes.route = route.pattern;
  notes.is_frequent = !route.may_wait;
}

Status read_body(Call& call) {
  if (!call.route.body.empty()) call.body = TRY(http::read_fields(call.request));
  return {};
}

/// Body and endpoint, once the credential is good.
Status answer(Call& call) {
  TRY_STATUS(read_body(call));
  return call.route.endpoint(call);
}

/// Everything before the endpoint.
Status prepare(Call& call) {
  note_route(call.route, call.response.notes);
  TRY_STATUS(check_single_credentials(call.request));
  TRY_STATUS(admit(call));
  return read_body(call);
}

void finish(const Call& call, const Status& status) {
  if (!status) write_error(&call, status.error(), call.request, call.response);
}

LogLevel level_of(const http::Response& response) {
  if (response.status >= 500) return LogLevel::error;
  if (response.status == 401 || response.status == 403 || response.status == 429)
    return LogLevel::warning;
  return response.notes.is_frequent && response.status < 400 ? LogLevel::debug : LogLevel::info;
}

}  // namespace

std::string& json_body(Call& call) {
  call.response.status = call.route.status;
  call.response.content_type = "application/json";
  return call.response.body;
}

Error refuse_attempt(Call& call, Error error, std::string_view name) {
  const bool is_attempt = error.code == Code::invalid_credential ||
                          error.code == Code::wrong_environment ||
                          error.code == Code::invalid_link || error.code == Code::openid_expired ||
                          error.code == Code::openid_failed;
  if (!is_attempt) return error;
  return call.app.attempts.failed(std::move(error), call.request.peer, name);
}

// cppcheck-suppress passedByValue ; it is moved from
Api::Api(Services& services, AttemptLimiter& limiter, Log& log, Options options)
    : attempts_(limiter),
      app_{.services = services,
           .attempts = attempts_,
           .log = log,
           .default_api_key = std::move(options.default_api_key),
           .openapi = openapi_document(),
           .started = services.clock.now(),
           .openid = options.openid,
           .metrics_allow = std::move(options.metrics_allow)},
      log_(log) {}

bool Api::is_bulk(const http::Request& request) const {
  const auto match = match_route(request.method, request.path);
  return match.outcome == Outcome::found && routes()[match.row].in_bulk != nullptr;
}

bool Api::reads_body(const http::Request& request) const {
  const auto match = match_route(request.method, request.path);
  return match.outcome == Outcome::found && !routes()[match.row].body.empty();
}

bool Api::try_handle(const http::Request& request, http::Response& response) {
  const auto match = match_route(request.method, request.path);
  if (match.outcome != Outcome::found) {
    answer_unrouted(match.outcome, request, response);
    return true;
  }
  const Route& route = routes()[match.row];
  if (route.may_wait) return false;
  Call call{.app = app_, .route = route, .request = request, .response = response};
  note_route(route, response.notes);
  Status status = check_single_credentials(request);
  if (status && route.credential == Credential::bearer) {
    auto admitted = try_admit_bearer(call);
    if (!admitted) return false;
    status = *std::move(admitted);
  }
  finish(call, status ? answer(call) : status);
  return true;
}

void Api::handle(const http::Request& request, http::Response& response) {
  const auto match = match_route(request.method, request.path);
  if (match.outcome != Outcome::found) return answer_unrouted(match.outcome, request, response);
  const Route& route = routes()[match.row];
  Call call{.app = app_,
            .route = route,
            .request = request,
            .response = response,
            .id = match.parameters[0]};
  const Status status = prepare(call);
  finish(call, status ? route.endpoint(call) : status);
}

void Api::handle_bulk(std::span<const Job> jobs) {
  const auto route_of = [](const Job& job) -> const Route& {
    return routes()[match_route(job.request->method, job.request->path).row];
  };
  FoundClients found;
  std::vector<Call> calls;
  std::vector<Status> outcomes;
  calls.reserve(jobs.size());
  outcomes.reserve(jobs.size());
  for (const auto& job : jobs)
    outcomes.push_back(prepare(calls.emplace_back(Call{.app = app_,
                                                       .route = route_of(job),
                                                       .request = *job.request,
                                                       .response = *job.response,
                                                       .found = &found})));
  // One function answers all that comes in bulk; routes.cc sees to that.
  calls.front().route.in_bulk(calls, outcomes);
  for (std::size_t i = 0; i < calls.size(); ++i) finish(calls[i], outcomes[i]);
}

void Api::refuse(int status, std::string_view reason, const http::Request& request,
                 http::Response& response) {
  http::write_refusal(status, reason, request, response);
  response.notes.reason = reason;
}

void Api::answered(const http::Request& request, const http::Response& response,
                   std::chrono::steady_clock::time_point since) {
  if (response.status >= 500) app_.errors.add();
  const auto& notes = response.notes;
  const auto level = level_of(response);
  if (!log_.enabled(level)) return;
  const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - since;
  const auto id_text = [](const auto& id) { return id ? id->text() : std::string(); };
  const auto method = http::method_name(request.method);
  const auto trace = http::trace_of(request.headers).value_or(http::Trace{});
  log_.write(level, response.status == 401 ? "authentication_failed" : "request",
             {{"request_id", http::request_id_text(request.id)},
              {"method", method.empty() ? std::string_view("other") : method},
              {"route", notes.route},
              {"status", response.status},
              {"duration_us", took.count() / 1000},
              {"client_id", id_text(notes.client_id)},
              {"user_id", id_text(notes.user_id)},
              {"address", http::address_text(request.peer)},
              {"trace_id", trace.trace_id},
              {"parent_id", trace.parent_id},
              {"reason", notes.reason}});
}

}  // namespace claviger::api
