#include "api/endpoints.h"
#include "api/token_listing.h"

namespace claviger::api {

Status get_tokens(Call& call) {
  return answer_token_list(call, std::nullopt);
}

}  // namespace claviger::api
