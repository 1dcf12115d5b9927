#include <algorithm>

#include "base/limits.h"
#include "policy/credential.h"
#include "policy/lifetime.h"
#include "policy/names.h"
#include "policy/scopes.h"
#include "service/tokens.h"
#include "service/wrong_environment.h"
#include "token/claims.h"
#include "token/jws.h"

namespace claviger {
namespace {

/// A login on its way to a token, as far as it has come.
struct Issue {
  const Login* login;
  std::chrono::seconds lifetime;
  UserSecretHash presented;
  std::optional<User> user{};
  std::string scopes{};
  TokenId id{};
  Instant expires_at{};
  TokenText text{};
  std::string preview{};
};
using Issues = std::vector<Result<Issue>>;

/// One refusal for everything that can be wrong with a login (ACC-2); the cause is for the log.
tl::unexpected<Error> wrong_login(std::string cause) {
  return fail(Code::invalid_credential, "The identifier or the secret is wrong.", std::move(cause));
}

std::string cause_of(const std::optional<UserCredential>& stored) {
  if (!stored) return "unknown identifier";
  return stored->user.is_active ? "wrong secret" : "inactive user or wrong secret";
}

/// "eyJ****xyz": all that is kept of a token's text (SEC-3).
std::string preview_of_token(const std::string& text) {
  return text.substr(0, 3) + "****" + text.substr(text.size() - 3);
}

/// What can be said of a login without its user.
Result<Issue> look_at(const Policy& policy, const Login& login) {
  const auto& request = login.request;
  const auto lifetime = TRY(choose_lifetime(policy, request.expires_in));
  if (!request.created_by_username.empty())
    TRY_STATUS(check_name("created_by_username", request.created_by_username,
                          limits::administrator_name_chars));
  const auto environment = environment_of_credential(CredentialKind::user_secret, request.secret);
  if (environment && *environment != policy.environment.name())
    return fail(wrong_environment("secret", *environment, policy));
  return Issue{
      .login = &login, .lifetime = lifetime, .presented = hash_user_secret(request.secret)};
}

LoginName name_of(const Login& login) {
  if (const auto* user = std::get_if<UserItself>(&login.by))
    return {.client_id = {}, .identifier = {}, .user_id = user->id};
  return {.client_id = std::get<ActingClient>(login.by).id(),
          .identifier = login.request.identifier};
}

Origin origin_of(const Login& login) {
  if (const auto* user = std::get_if<UserItself>(&login.by))
    return Origin::user(user->id, user->request);
  return std::get<ActingClient>(login.by).origin();
}

/// Whose login this is. The same work whatever is wrong.
Result<Issue> log_in(Issue issue, std::optional<UserCredential> stored) {
  const auto* current = stored ? &stored->secret_hash : nullptr;
  const auto* previous =
      stored && stored->previous_secret_hash ? &*stored->previous_secret_hash : nullptr;
  if (!secret_matches(issue.presented, current, previous) || !stored->user.is_active)
    return wrong_login(cause_of(stored));
  issue.scopes = TRY(asked_scopes(stored->user.scopes, issue.login->request.scope));
  issue.user = std::move(stored->user);
  return issue;
}

/// Takes those logins further that are good so far. `next` makes the result of each from its issue.
template <class Next>
void go_on(Issues& issues, Next&& next) {
  for (auto& issue : issues)
    if (issue) issue = next(*std::move(issue));
}

void fail_all(Issues& issues, const Error& error) {
  go_on(issues, [&](const Issue&) -> Result<Issue> { return fail(Error(error)); });
}

void log_in_all(Store& store, Issues& issues, Instant now) {
  std::vector<LoginName> names;
  for (const auto& issue : issues)
    if (issue) names.push_back(name_of(*issue->login));
  if (names.empty()) return;
  auto found = store.find_credentials(names, now);
  if (!found) return fail_all(issues, found.error());
  auto user = found->begin();
  go_on(issues, [&](Issue issue) { return log_in(std::move(issue), std::move(*user++)); });
}

Error retired_signer() {
  return {
      .code = Code::signing_key_retired,
      .detail = "This server's signing key is retired: nothing that it signs would be accepted.",
      .retry_after = limits::retry_after};
}

/// Whether this process knows which key signs, as of any change that was answered before now.
/// Without a lease that is asked of the database, and only if it says something new the view is
/// brought up to date: checks wait for whoever does that.
Status follow_signer(Services& services, const Key* signing) {
  if (!services.keys.is_named()) return {};
  if (!services.view.has_lease()) {
    const auto kid = TRY(services.store.signing_key());
    if (!kid || (signing != nullptr && *kid == signing->kid())) return {};
  }
  return services.view.refresh();
}

/// The key that signs now.
Result<const Key*> signing_key(Services& services) {
  const auto& keys = services.keys;
  TRY_STATUS(follow_signer(services, keys.signing()));
  const Key* const key = keys.signing();
  if (key == nullptr)
    return fail(Error{.code = Code::signing_key_missing,
                      .detail = "This server has not loaded the key that is to sign.",
                      .retry_after = limits::retry_after});
  if (keys.is_retired(keys.place_of(*key))) return fail(retired_signer());
  return key;
}

/// Whether a key was retired by now, so that what it has just signed is good for nothing.
bool is_retired_by_now(Services& services, const Key& key) {
  return follow_signer(services, &key) && services.keys.is_retired(services.keys.place_of(key));
}

void sign(const Services& services, const Key& key, Issue& issue, Instant now) {
  // A NumericDate has whole seconds; the record says the same as the token.
  const auto issued_at = from_unix_seconds(unix_seconds(now));
  issue.id = services.ids.next<TokenId>(now);
  issue.expires_at = issued_at + issue.lifetime;
  const bool is_narrowed = issue.scopes != issue.user->scopes;
  std::string text = sign_token(key, write_claims({.token_id = issue.id,
                                                   .user_id = issue.user->id,
                                                   .client_id = issue.user->client_id,
                                                   .issued_at = issued_at,
                                                   .expires_at = issue.expires_at,
                                                   .issuer = services.policy.issuer,
                                                   .scopes = issue.scopes,
                                                   .is_narrowed = is_narrowed}));
  issue.preview = preview_of_token(text);
  issue.text = TokenText::take(text);
}

NewToken record_of(const Issue& issue, Instant now) {
  const auto* client = std::get_if<ActingClient>(&issue.login->by);
  return {.id = issue.id,
          .user_id = issue.user->id,
          .client_id = issue.user->client_id,
          .preview = issue.preview,
          .created_by_username = std::string(issue.login->request.created_by_username),
          .created_at = now,
          .expires_at = issue.expires_at,
          .secret_hash = issue.presented,
          .api_key_hash = client != nullptr ? client->key() : std::nullopt,
          .origin = origin_of(*issue.login)};
}

void store_all(Store& store, Issues& issues, Instant now) {
  std::vector<NewToken> records;
  for (const auto& issue : issues)
    if (issue) records.push_back(record_of(*issue, now));
  if (records.empty()) return;
  const auto stored = store.create_tokens(records);
  if (!stored) return fail_all(issues, stored.error());
  auto is_stored = stored->begin();
  go_on(issues, [&](Issue issue) -> Result<Issue> {
    if (!*is_stored++) return wrong_login("rotated or deactivated meanwhile");
    return issue;
  });
}

void sign_and_store(Services& services, Issues& issues, Instant now) {
  if (std::ranges::none_of(issues, [](const auto& issue) { return issue.has_value(); })) return;
  const auto key = signing_key(services);
  if (!key) return fail_all(issues, key.error());
  for (auto& issue : issues)
    if (issue) sign(services, **key, *issue, now);
  store_all(services.store, issues, now);
  if (is_retired_by_now(services, **key)) fail_all(issues, retired_signer());
}

IssuedToken finish(Issue issue) {
  return {.text = std::move(issue.text),
          .id = issue.id,
          .user_id = issue.user->id,
          .client_id = issue.user->client_id,
          .expires_at = issue.expires_at,
          .expires_in = issue.lifetime.count(),
          .scopes = std::move(issue.scopes)};
}

}  // namespace

std::vector<Result<IssuedToken>> issue_tokens(Services& services, std::span<const Login> logins) {
  const auto before = services.view.generation();
  const auto now = services.clock.now();
  Issues issues;
  issues.reserve(logins.size());
  for (const auto& login : logins) issues.push_back(look_at(services.policy, login));
  log_in_all(services.store, issues, now);
  sign_and_store(services, issues, now);

  std::vector<Result<IssuedToken>> issued;
  issued.reserve(issues.size());
  for (auto& issue : issues) {
    if (!issue) {
      issued.push_back(fail(std::move(issue).error()));
      continue;
    }
    services.usage.user_used(issue->user->id, now);
    services.view.learn_issued({.token_id = issue->id,
                                .user_id = issue->user->id,
                                .client_id = issue->user->client_id,
                                .expires_at = issue->expires_at,
                                .revoked = false,
                                .username = issue->user->identifier,
                                .scopes = issue->user->scopes},
                               before, now);
    issued.push_back(finish(*std::move(issue)));
  }
  return issued;
}

Result<IssuedToken> issue_token(Services& services, const ActingClient& acting,
                                const TokenRequest& request) {
  const Login login{.by = acting, .request = request};
  return std::move(issue_tokens(services, {&login, 1}).front());
}

}  // namespace claviger
