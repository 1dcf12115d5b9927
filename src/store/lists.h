#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/trail_check.h"
#include "model/model.h"

/// The lists over all clients, for administrators. A list is gone through by pages: each begins
/// behind the last row of the one before, so that what is added or goes meanwhile moves nothing.
/// How many rows are looked at for a page is bounded: a page may be shorter than its limit, even
/// empty, and still have a next one.
namespace claviger {

/// A row's place in a list: its name, where the list is in the order of names, and its id.
struct ListPlace {
  std::string name;
  Uuid id{};
};

/// Which part of a list, and in which order.
struct ListRange {
  std::optional<ListPlace> behind{};  // nullopt: from the beginning
  std::int64_t limit = 0;
  bool is_descending = false;
};

template <class Row>
struct ListPage {
  std::vector<Row> rows;
  std::optional<ListPlace> next;  // nullopt: there are no more
};

struct ClientFilter {
  std::string prefix{};  // of the name, in bytes
  std::optional<bool> is_active{};
  bool by_name = false;  // else in the order of creation, which is that of the ids
};

struct UserFilter {
  std::optional<ClientId> client_id{};
  std::string prefix{};  // of the identifier, in bytes; only with `by_identifier`
  std::optional<bool> is_active{};
  bool by_identifier = false;
};
/// A user as the lists tell of it.
struct ListedUser {
  User user;
  std::string client_name;
  std::optional<TokenSummary> newest_token{};
};

/// Tokens are listed by their ids alone: in the order of their issue.
struct TokenFilter {
  std::optional<ClientId> client_id{};
  std::optional<UserId> user_id{};
  std::optional<TokenState> state{};
  Instant now{};
};
struct ListedToken {
  Token token;
  std::string client_name;
};

struct AuditFilter {
  std::optional<std::string> action{};
  std::optional<std::string> actor{};
  std::optional<ClientId> client_id{};
  std::optional<Uuid> object_id{};
  std::optional<Instant> from{};   // the first time
  std::optional<Instant> until{};  // the first time that is too late
};
struct AuditListPage {
  std::vector<AuditRow> rows;        // the newest first
  std::optional<std::int64_t> next;  // a page before that number goes on; nullopt: no more
};

/// Credentials that have grown old, and users that nobody uses.
struct StaleCounts {
  std::int64_t secrets = 0;       // of active users
  std::int64_t api_keys = 0;      // of active clients
  std::int64_t unused_users = 0;  // active, made before that time and not used since
};

/// What revoking many tokens did.
struct RevokedOfMany {
  std::int64_t revoked = 0;  // those revoked before included
  std::int64_t missing = 0;
};

}  // namespace claviger
