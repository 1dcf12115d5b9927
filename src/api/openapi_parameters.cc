#include "api/openapi_parameters.h"

namespace claviger::api {
namespace {

using Names = std::vector<std::string_view>;

Names query_names(Query query) {
  switch (query) {
    case Query::none:
      return {};
    case Query::page:
      return {"page", "page_size"};
    case Query::tokens:
      return {"state", "page_size", "cursor"};
    case Query::scope:
      return {"scope"};
    case Query::admin_clients:
      return {"search", "activity", "client_sort", "order", "admin_page_size", "after"};
    case Query::admin_users:
      return {"client_id", "search", "activity", "user_sort", "order", "admin_page_size", "after"};
    case Query::admin_tokens:
      return {"client_id", "user_id", "state", "admin_page_size", "after"};
    case Query::admin_audit:
      return {"audit_action", "client_id", "object_id",       "audit_actor",
              "audit_from",   "audit_to",  "admin_page_size", "after"};
    case Query::admin_audit_check:
      return {"audit_after", "audit_hash"};
    case Query::admin_clients_export:
      return {"search", "activity", "client_sort", "order"};
    case Query::admin_users_export:
      return {"client_id", "search", "activity", "user_sort", "order"};
    case Query::admin_tokens_export:
      return {"client_id", "user_id", "state"};
    case Query::admin_audit_export:
      return {"audit_action", "client_id", "object_id", "audit_actor", "audit_from", "audit_to"};
  }
  return {};
}

}  // namespace

std::vector<std::string_view> parameters_of(const Route& route) {
  Names names;
  for (const std::string_view name : {"id", "email", "file"})
    if (route.pattern.find("{" + std::string(name) + "}") != std::string_view::npos)
      names.push_back(name);
  const auto query = query_names(route.query);
  names.insert(names.end(), query.begin(), query.end());
  return names;
}

}  // namespace claviger::api
