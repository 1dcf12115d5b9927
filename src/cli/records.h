#pragma once

#include "cli/output.h"
#include "service/check_token.h"
#include "service/clients.h"
#include "service/tokens.h"
#include "service/users.h"

/// What commands show of things: the members that the HTTP API has, under the same names.
namespace claviger::cli {

Record record_of(const Client& client);
Record record_of(const User& user);
Record record_of(const UserRow& row);
Record record_of(const Token& token, Instant now);
Record record_of(const Identity& identity);
/// "fenced" and "epoch", as in the answers of what takes something back.
void add_fenced(Record& record, const Fenced& fenced);

}  // namespace claviger::cli
