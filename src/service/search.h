#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "service/services.h"
#include "store/lists.h"

/// What administrators look at: all clients, their users and tokens.
namespace claviger {

/// What a list is to hold, as an administrator asks for it.
struct Search {
  std::string_view text{};  // a prefix of the name or identifier, or a whole id; empty: all
  std::optional<bool> is_active{};
  std::optional<ClientId> client_id{};  // of users alone
  bool by_name = false;  // else in the order of creation; with a text by name, forward
  ListRange range{};
};

/// A part of a list. Where nothing narrows the list, the number of all its rows: exact, and known
/// without counting.
template <class Row>
struct Found {
  ListPage<Row> page;
  std::optional<std::int64_t> total{};
};

/// Errors of the searches: unacceptable_field (page_size).
Result<Found<Client>> search_clients(Services& services, const Search& search);
Result<Found<ListedUser>> search_users(Services& services, const Search& search);
/// `filter.now` is set here. The newest first, whatever the range says.
Result<Found<ListedToken>> search_tokens(Services& services, TokenFilter filter, ListRange range);

/// One of them. Errors: not_found.
Result<Client> find_client(Services& services, ClientId id);
Result<ListedUser> find_user(Services& services, UserId id);
Result<ListedToken> find_token(Services& services, TokenId id);

}  // namespace claviger
