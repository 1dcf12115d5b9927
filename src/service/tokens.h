#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/secret.h"
#include "service/services.h"

namespace claviger {

struct TokenRequest {
  std::string_view identifier;
  std::string_view secret;
  std::optional<std::int64_t> expires_in;  // seconds; nullopt: the operator's default
  std::string_view created_by_username;    // empty: the user itself
  std::string_view scope{};                // separated by spaces; empty: all the user's
};
struct IssuedToken {
  TokenText text;  // shown once
  TokenId id;
  UserId user_id;
  ClientId client_id;
  Instant expires_at;
  std::int64_t expires_in;  // seconds
  std::string scopes;       // the token's
};
/// Exchanges identifier and secret for a token. Errors: invalid_credential (one and the same for an
/// unknown identifier, a wrong secret, an inactive user and another client's user, after the same
/// work), wrong_environment, unacceptable_field (expires_in, created_by_username), invalid_scope.
Result<IssuedToken> issue_token(Services& services, const ActingClient& acting,
                                const TokenRequest& request);

/// A user that gets a token by its id and secret alone (RFC 6749 §4.4). Any text is taken as an id:
/// one that is none logs nobody in, after the same work.
struct UserItself {
  explicit UserItself(std::string_view text, const RequestRef& by)
      : id(UserId::parse(text).value_or(UserId{})), request(by) {}
  UserId id;
  RequestRef request;
};
struct Login {
  std::variant<ActingClient, UserItself> by;  // the identifier counts only under a client
  TokenRequest request;
};
/// Does that for each of several logins, with one read and one commit for all.
std::vector<Result<IssuedToken>> issue_tokens(Services& services, std::span<const Login> logins);

struct RevokedToken {
  Token token;
  Fenced fenced;
};
/// Errors: not_found.
Result<RevokedToken> revoke_token(Services& services, const ActingClient& acting, TokenId id);

struct RevokedTokens {
  std::int64_t count;  // how many live tokens it ended
  Fenced fenced;
};
/// Revokes every token of a user. Errors: not_found.
Result<RevokedTokens> revoke_user_tokens(Services& services, const ActingClient& acting, UserId id);

struct RevokedMany {
  RevokedOfMany counts;
  Fenced fenced;
};
/// Revokes tokens of any clients, with one fence for all: an operator or administrator does that.
Result<RevokedMany> revoke_tokens(Services& services, const Origin& origin,
                                  std::span<const TokenId> ids);

struct TokenListing {
  std::optional<UserId> user_id;
  std::optional<TokenState> state;
  std::optional<TokenId> before;
  std::int64_t page_size;
};
Result<Token> get_token(Services& services, const ActingClient& acting, TokenId id);
/// Errors: unacceptable_field (page_size), not_found (the user).
Result<TokenPage> list_tokens(Services& services, const ActingClient& acting,
                              const TokenListing& listing);

}  // namespace claviger
