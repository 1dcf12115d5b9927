// The pages of the admin panel, and where its old addresses lead.
#include "api/admin_endpoints.h"
#include "api/assets.h"

namespace claviger::api {
namespace {

constexpr std::string_view nonce_mark = "__CSP_NONCE__";
constexpr std::string_view forever = "public, max-age=31536000, immutable";

/// This origin alone, and no script but its files. The styles that the UI kit makes while it runs
/// carry the nonce.
std::string page_policy(std::string_view nonce) {
  return "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + std::string(nonce) +
         "'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none';"
         " object-src 'none'; form-action 'self'; frame-ancestors 'none'";
}

Status redirect(Call& call, std::string_view location) {
  call.response.status = call.route.status;
  call.response.add_header("Location", location);
  return {};
}

}  // namespace

Status get_panel(Call& call) {
  std::array<std::uint8_t, 16> bytes{};
  call.app.services.random.fill(bytes);
  const auto nonce = base64url(bytes);
  auto& response = call.response;
  response.status = call.route.status;
  response.content_type = "text/html; charset=utf-8";
  response.own_policy = page_policy(nonce);
  response.body = panel_page();
  const auto at = response.body.find(nonce_mark);
  if (at != std::string::npos) response.body.replace(at, nonce_mark.size(), nonce);
  return {};
}

Status get_panel_asset(Call& call) {
  for (const auto& asset : panel_assets()) {
    if (asset.path != call.request.path) continue;
    // Every browser takes gzip; there is no other form of these files in the binary.
    call.response.add_header("Content-Encoding", asset.content_encoding);
    call.response.status = call.route.status;
    call.response.content_type = asset.content_type;
    call.response.cache_control = forever;  // the name says which bytes it is
    call.response.body = asset.bytes;
    return {};
  }
  return fail(Code::not_found, "There is no such file.");
}

Status redirect_to_panel(Call& call) {
  return redirect(call, "/admin/");
}

Status redirect_to_clients(Call& call) {
  return redirect(call, "/admin/#/clients");
}

Status redirect_to_users(Call& call) {
  return redirect(call, "/admin/#/users");
}

Status redirect_to_tokens(Call& call) {
  return redirect(call, "/admin/#/tokens");
}

}  // namespace claviger::api
