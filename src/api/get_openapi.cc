#include "api/endpoints.h"

namespace claviger::api {

Status get_openapi(Call& call) {
  json_body(call) = call.app.openapi;
  return {};
}

}  // namespace claviger::api
