// Sessions of the admin panel: one's own, and those that there are.
#include "api/admin_acting.h"
#include "api/admin_endpoints.h"
#include "api/admin_session.h"
#include "base/json_writer.h"
#include "http/request.h"

namespace claviger::api {
namespace {

void write_item(JsonWriter& json, const AdminSession& session, SessionId current) {
  json.begin_object()
      .field("id", session.id)
      .field("email", session.email.text())
      .field("role", word_of(session.role))
      .field("way", word_of(session.way))
      .field("created_at", session.created_at)
      .field("last_seen_at", session.last_seen_at)
      .field("expires_at", session.expires_at)
      .field("address", http::address_text(session.address))
      .field("current", session.id == current)
      .end_object();
}

/// An auditor sees their own sessions and ends those; nullopt: everybody's.
std::optional<Email> reach_of(const AdminSession& session) {
  if (session.role == AdminRole::administrator) return std::nullopt;
  return session.email;
}

void write_nothing(Call& call) {
  JsonWriter(json_body(call)).begin_object().end_object();
}

}  // namespace

Status get_admin_session(Call& call) {
  write_session(call, *call.session, session_key(call.request));
  return {};
}

Status delete_admin_session(Call& call) {
  TRY_STATUS(end_session(call.app.services, call.session->id, call.session->email,
                         administrator_origin(call)));
  clear_session_cookie(call);
  write_nothing(call);
  return {};
}

Status get_admin_sessions(Call& call) {
  const auto sessions = TRY(list_sessions(call.app.services, reach_of(*call.session)));
  JsonWriter json(json_body(call));
  json.begin_object().key("items").begin_array();
  for (const auto& session : sessions) write_item(json, session, call.session->id);
  json.end_array().end_object();
  return {};
}

Status delete_admin_sessions(Call& call) {
  const auto ended =
      TRY(end_sessions(call.app.services, call.session->email, administrator_origin(call)));
  clear_session_cookie(call);
  JsonWriter(json_body(call)).begin_object().field("ended", ended).end_object();
  return {};
}

Status delete_admin_session_by_id(Call& call) {
  const auto id = TRY(path_id<SessionId>(call, "session"));
  TRY_STATUS(
      end_session(call.app.services, id, reach_of(*call.session), administrator_origin(call)));
  write_nothing(call);
  return {};
}

}  // namespace claviger::api
