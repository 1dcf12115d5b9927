#pragma once

#include "model/model.h"
#include "store/sql/connection.h"
#include "store/store.h"

namespace claviger::sql {

// Each reads the next columns of a row, in the order of the column lists in queries.cc.
Client read_client(Rows& row);
User read_user(Rows& row);
Token read_token(Rows& row);
Epoch read_epoch(Rows& row);  // number, stamp

/// The one row that a query may have, read by `read`.
template <class F>
auto first(Rows rows, F read) -> Result<std::optional<decltype(read(rows))>> {
  if (!TRY(rows.next())) return std::nullopt;
  return read(rows);
}

// The look-ups that reads and writes share.
Result<std::optional<Client>> find_client(Connection& db, ClientId id);
Result<std::optional<User>> find_user(Connection& db, ClientId client, UserId id);
Result<std::optional<Token>> find_token(Connection& db, ClientId client, TokenId id);
Result<std::optional<Token>> find_token(Connection& db, TokenId id);  // any client's
Result<Epoch> newest_epoch(Connection& db);

}  // namespace claviger::sql
