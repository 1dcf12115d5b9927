#pragma once

#include <string_view>
#include <vector>

#include "api/route.h"

namespace claviger::api {

/// The names, in components.parameters, of what a route takes from the path and the query.
std::vector<std::string_view> parameters_of(const Route& route);

}  // namespace claviger::api
