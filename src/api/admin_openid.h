#pragma once

#include <string_view>

#include "api/call.h"
#include "http/request.h"
#include "openid/provider.h"

/// What the two ends of a login at the OpenID provider share.
namespace claviger::api {

/// The cookie that ties the way back to the browser that left.
std::string_view login_key(const http::Request& request);
void set_login_cookie(Call& call, std::string_view key);
void clear_login_cookie(Call& call);

/// Leads the browser to the login page, which says in words what went wrong. Too many failed
/// attempts and storage that fails are refused as everywhere.
Status back_to_login(Call& call, const Error& error);

}  // namespace claviger::api
