#include "api/endpoints.h"
#include "base/json_writer.h"

namespace claviger::api {

Status get_health(Call& call) {
  call.response.cache_control = "no-cache";
  JsonWriter(json_body(call)).begin_object().field("status", "ok").end_object();
  return {};
}

}  // namespace claviger::api
