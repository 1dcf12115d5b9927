#pragma once

#include <string>

namespace claviger::api {

/// The OpenAPI 3.1 document: paths from the table of routes, components from
/// openapi_components.json.
std::string openapi_document();

}  // namespace claviger::api
