#include "api/assets.h"
#include "api/endpoints.h"

namespace claviger::api {
Status get_docs(Call& call) {
  for (const auto& asset : assets()) {
    if (asset.path != call.request.path) continue;
    // Every browser takes gzip; there is no other form of these files in the binary.
    if (!asset.content_encoding.empty())
      call.response.add_header("Content-Encoding", asset.content_encoding);
    call.response.status = call.route.status;
    call.response.content_type = asset.content_type;
    call.response.content_security_policy = docs_content_security_policy;
    call.response.body = asset.bytes;
    return {};
  }
  return fail(Code::not_found, "There is no such page.");
}

}  // namespace claviger::api
