#pragma once

#include "base/limits.h"
#include "http/fields.h"
#include "service/clients.h"

namespace claviger::api {

/// The body of a rotation: grace_period_seconds (0 if absent) and revoke_tokens (false if absent).
inline Result<RotationOptions> read_rotation(const http::Fields& body) {
  const auto grace = TRY(body.integer("grace_period_seconds")).value_or(0);
  const bool revoke = TRY(body.truth("revoke_tokens")).value_or(false);
  if (grace < 0 || grace > limits::grace_period_max.count())
    return fail(unacceptable("grace_period_seconds", "must be 0 to 604800"));
  return RotationOptions{std::chrono::seconds(grace), revoke};
}

}  // namespace claviger::api
