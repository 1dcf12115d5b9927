#pragma once

#include <string>

#include "api/call.h"
#include "http/fields.h"

/// Administrators act for any client; their changes are theirs in the audit trail.
namespace claviger::api {

/// Whose change this is.
Origin administrator_origin(const Call& call);
/// The administrator, acting for a client. Errors: not_found.
Result<ActingClient> acting_for(const Call& call, ClientId client);

/// The address that the administrator logged in with.
std::string administrator_email(const Call& call);
/// The client that a field of the body names. Errors: unacceptable_field (client_id).
Result<Client> existing_client(const Call& call, ClientId id);

/// A field that names an object. Errors: unacceptable_field.
template <class AnyId>
Result<AnyId> required_id(const http::Fields& body, std::string_view name) {
  const auto text = TRY(body.required_text(name));
  if (const auto id = AnyId::parse(text)) return *id;
  return fail(unacceptable(name, "must be an id"));
}

}  // namespace claviger::api
