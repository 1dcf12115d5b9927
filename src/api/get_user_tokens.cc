#include "api/endpoints.h"
#include "api/token_listing.h"

namespace claviger::api {

Status get_user_tokens(Call& call) {
  return answer_token_list(call, TRY(path_id<UserId>(call, "user")));
}

}  // namespace claviger::api
