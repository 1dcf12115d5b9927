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
  if (call.app.services.keys.signing() == nullptr)
    return fail(Error{.code = Code::signing_key_missing,
                      .detail = "The key that signs is not loaded here.",
                      .retry_after = limits::retry_after});
  JsonWriter(json_body(call)).begin_object().field("status", "ready").end_object();
  return {};
}

}  // namespace claviger::api
