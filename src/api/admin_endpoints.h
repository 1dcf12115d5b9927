#pragma once

#include "api/call.h"

/// The endpoints of the admin panel. An administrator acts for any
/// client; an auditor only looks.
namespace claviger::api {

Status get_panel(Call& call);
Status get_panel_asset(Call& call);
Status redirect_to_panel(Call& call);
Status redirect_to_clients(Call& call);
Status redirect_to_users(Call& call);
Status redirect_to_tokens(Call& call);
Status get_admin_login(Call& call);
Status get_admin_login_openid(Call& call);
Status get_admin_login_callback(Call& call);
Status post_admin_login_link(Call& call);
Status get_admin_session(Call& call);
Status delete_admin_session(Call& call);
Status get_admin_sessions(Call& call);
Status delete_admin_sessions(Call& call);
Status delete_admin_session_by_id(Call& call);
Status get_admin_administrators(Call& call);
Status post_admin_administrator(Call& call);
Status patch_admin_administrator(Call& call);
Status delete_admin_administrator(Call& call);
Status get_admin_clients(Call& call);
Status get_admin_client(Call& call);
Status post_admin_client(Call& call);
Status patch_admin_client(Call& call);
Status post_admin_client_api_key(Call& call);
Status get_admin_users(Call& call);
Status get_admin_user(Call& call);
Status post_admin_user(Call& call);
Status patch_admin_user(Call& call);
Status post_admin_user_secret(Call& call);
Status delete_admin_user_tokens(Call& call);
Status get_admin_tokens(Call& call);
Status get_admin_token(Call& call);
Status post_admin_token(Call& call);
Status delete_admin_token(Call& call);
Status post_admin_revocations(Call& call);
Status get_admin_audit(Call& call);
Status get_admin_audit_check(Call& call);
Status export_clients(Call& call);
Status export_users(Call& call);
Status export_tokens(Call& call);
Status export_audit(Call& call);
Status get_admin_overview(Call& call);

}  // namespace claviger::api
