#include "api/endpoints.h"
#include "base/json_writer.h"
#include "base/limits.h"

namespace claviger::api {

Status get_readiness(Call& call) {
  if (call.app.draining)
    return fail(Error{.code = Code::shutting_down,
                      .detail = "The server is stopping.",
                      .retry_after = limits::retry_after});
  TRY_STATUS(call.app.services.store.ping());
  JsonWriter(json_body(call)).begin_object().field("status", "ready").end_object();
  return {};
}

}  // namespace claviger::api
