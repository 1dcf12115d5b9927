#pragma once

#include <span>
#include <string>

#include "api/call.h"
#include "service/tokens.h"

namespace claviger::api {

/// How an endpoint that issues tokens reads what it was sent and tells of the token.
struct Issuing {
  Result<Login> (*read)(Call& call);
  /// The name that failed attempts are counted by.
  std::string (*attempt_name)(const Login& login);
  void (*write)(Call& call, const IssuedToken& issued);
};
extern const Issuing kTokenIssuing;       // post_token.cc
extern const Issuing kOAuthTokenIssuing;  // post_oauth_token.cc

/// Answers calls of these endpoints that came at the same time, with one read and one commit. Those
/// whose outcome is an error already are left.
void issue_together(std::span<Call> calls, std::span<Status> outcomes);
/// The same for one call.
Status issue_alone(Call& call);

}  // namespace claviger::api
