#include "api/endpoints.h"
#include "api/shapes.h"
#include "service/clients.h"

namespace claviger::api {

Status get_client(Call& call) {
  const auto client = TRY(claviger::get_client(call.app.services, *call.acting));
  JsonWriter json(json_body(call));
  json.begin_object();
  write_client(json, client);
  json.end_object();
  return {};
}

}  // namespace claviger::api
