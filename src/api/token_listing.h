#pragma once

#include "api/call.h"
#include "service/tokens.h"

namespace claviger::api {

/// Answers with a list of tokens, of one user or (nullopt) of all: the query's page_size, state and
/// cursor.
Status answer_token_list(Call& call, std::optional<UserId> user);

}  // namespace claviger::api
