#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "policy/policy.h"

namespace claviger {

/// The refusal of another environment's credential, which names both (ENV-2). `environment` is one
/// that Environment::parse took.
inline Error wrong_environment(std::string_view what, std::string_view environment,
                               const Policy& policy) {
  return Error{.code = Code::wrong_environment,
               .detail = "The " + std::string(what) + " belongs to the environment \"" +
                         std::string(environment) + "\"; this is \"" + policy.environment.name() +
                         "\"."};
}

}  // namespace claviger
