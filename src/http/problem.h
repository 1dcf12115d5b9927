#pragma once

#include <string_view>

#include "base/error.h"
#include "http/request.h"
#include "http/response.h"

namespace claviger::http {

/// How one kind of error looks outside.
struct ProblemKind {
  int status;
  std::string_view title;
  std::string_view code;  // the stable word
};
ProblemKind problem_kind(Code code);

/// Turns a response into an application/problem+json document (RFC 9457) about `error`: status,
/// content type and body, and Retry-After if the error has one. Headers that were added before
/// (challenges, Allow) stay. `error.cause` is not shown.
void write_problem(const Error& error, const Request& request, Response& response);

/// The same as an error of OAuth 2 (RFC 6749 §5.2), which its client libraries read.
void write_oauth_error(const Error& error, Response& response);

/// The same as write_problem for what a connection refuses before there is an Error: 400, 403, 405,
/// 408, 413, 414, 417, 431, 503. `reason` is for the caller.
void write_refusal(int status, std::string_view reason, const Request& request, Response& response);

}  // namespace claviger::http
