#include "service/search.h"

#include <utility>

#include "service/page_size.h"

namespace claviger {
namespace {

tl::unexpected<Error> no_such(std::string_view what) {
  return fail(Code::not_found, "There is no such " + std::string(what) + ".");
}

bool is_narrowed(const Search& search) {
  return !search.text.empty() || search.is_active || search.client_id;
}

bool is_wanted(const Search& search, bool is_active) {
  return !search.is_active || *search.is_active == is_active;
}

/// What a text finds is in the order of names, and backward only if that order was asked for.
ListRange range_of(const Search& search) {
  auto range = search.range;
  if (!search.text.empty() && !search.by_name) range.is_descending = false;
  return range;
}

template <class Row>
Found<Row> only(Row row) {
  Found<Row> found;
  found.page.rows.push_back(std::move(row));
  return found;
}

}  // namespace

Result<Found<Client>> search_clients(Services& services, const Search& search) {
  TRY_STATUS(check_page_size(search.range.limit));
  if (const auto id = ClientId::parse(search.text)) {
    auto client = TRY(services.store.find_client(*id));
    if (client && is_wanted(search, client->is_active)) return only(*std::move(client));
  }
  const ClientFilter filter{.prefix = std::string(search.text),
                            .is_active = search.is_active,
                            .by_name = search.by_name || !search.text.empty()};
  Found<Client> found{.page = TRY(services.store.list_clients(filter, range_of(search)))};
  if (!is_narrowed(search)) found.total = TRY(services.store.status()).clients;
  return found;
}

Result<Found<ListedUser>> search_users(Services& services, const Search& search) {
  TRY_STATUS(check_page_size(search.range.limit));
  if (const auto id = UserId::parse(search.text)) {
    auto user = TRY(services.store.find_user(*id));
    const bool is_of_client =
        user && (!search.client_id || user->user.client_id == *search.client_id);
    if (is_of_client && is_wanted(search, user->user.is_active)) return only(*std::move(user));
  }
  const UserFilter filter{.client_id = search.client_id,
                          .prefix = std::string(search.text),
                          .is_active = search.is_active,
                          .by_identifier = search.by_name || !search.text.empty()};
  Found<ListedUser> found{.page = TRY(services.store.list_users(filter, range_of(search)))};
  if (!is_narrowed(search)) found.total = TRY(services.store.status()).users;
  return found;
}

Result<Found<ListedToken>> search_tokens(Services& services, TokenFilter filter, ListRange range) {
  TRY_STATUS(check_page_size(range.limit));
  filter.now = services.clock.now();
  range.is_descending = true;
  Found<ListedToken> found{.page = TRY(services.store.list_tokens(filter, range))};
  const bool narrowed = filter.client_id || filter.user_id || filter.state;
  if (!narrowed) found.total = TRY(services.store.status()).tokens;
  return found;
}

Result<Client> find_client(Services& services, ClientId id) {
  auto client = TRY(services.store.find_client(id));
  if (!client) return no_such("client");
  return *std::move(client);
}

Result<ListedUser> find_user(Services& services, UserId id) {
  auto user = TRY(services.store.find_user(id));
  if (!user) return no_such("user");
  return *std::move(user);
}

Result<ListedToken> find_token(Services& services, TokenId id) {
  auto token = TRY(services.store.find_token(id));
  if (!token) return no_such("token");
  return *std::move(token);
}

}  // namespace claviger
