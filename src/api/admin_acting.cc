#include "api/admin_acting.h"

#include "service/search.h"
#include "service/sessions.h"

namespace claviger::api {

Origin administrator_origin(const Call& call) {
  return origin_of(*call.session, request_ref(call));
}

std::string administrator_email(const Call& call) {
  return call.session->email.text();
}

Result<ActingClient> acting_for(const Call& call, ClientId client) {
  return act_for(call.app.services, client, administrator_origin(call));
}

Result<Client> existing_client(const Call& call, ClientId id) {
  auto client = find_client(call.app.services, id);
  if (!client && client.error().code == Code::not_found)
    return fail(unacceptable("client_id", "must be the id of a client"));
  return client;
}

}  // namespace claviger::api
