#include "service/administrators.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"

namespace claviger {
namespace {

bool is_in_settings(const Services& services, const Email& email) {
  return std::ranges::find(services.policy.admin_emails, email) !=
         services.policy.admin_emails.end();
}

tl::unexpected<Error> conflict(std::string detail) {
  return fail(Code::conflict, std::move(detail));
}

/// Nobody takes their own rights: somebody would be left who can give them back.
Status check_changeable(const Services& services, const Email& email, const ListChange& change) {
  if (is_in_settings(services, email))
    return conflict("This address stands in CLAVIGER_ADMIN_EMAILS. Change it there.");
  if (change.by == email) return conflict("Another administrator has to do this.");
  return {};
}

tl::unexpected<Error> not_listed() {
  return fail(Code::not_found, "The address is not on the list.");
}

}  // namespace

Result<std::vector<Administrator>> list_administrators(Services& services) {
  std::vector<Administrator> all;
  for (const auto& email : services.policy.admin_emails) all.push_back({.email = email});
  for (auto& listed : TRY(services.store.list_administrators()))
    if (!is_in_settings(services, listed.email)) all.push_back(std::move(listed));
  return all;
}

Result<std::optional<Administrator>> find_administrator(Services& services, const Email& email) {
  if (is_in_settings(services, email)) return std::optional(Administrator{.email = email});
  return services.store.find_administrator(email);
}

Result<Administrator> add_administrator(Services& services, const Email& email, AdminRole role,
                                        const ListChange& change) {
  if (TRY(find_administrator(services, email))) return conflict("The address is on the list.");
  const auto listed = TRY(services.store.list_administrators());
  if (listed.size() >= static_cast<std::size_t>(limits::administrators_max))
    return conflict("The list is full.");
  const Administrator added{.email = email,
                            .role = role,
                            .added_at = services.clock.now(),
                            .added_by = change.by ? change.by->text() : "operator"};
  TRY_STATUS(services.store.add_administrator(added, change.origin));
  return added;
}

Result<Administrator> set_administrator_role(Services& services, const Email& email, AdminRole role,
                                             const ListChange& change) {
  TRY_STATUS(check_changeable(services, email, change));
  if (!TRY(services.store.set_role(email, role, services.clock.now(), change.origin)))
    return not_listed();
  auto changed = TRY(services.store.find_administrator(email));
  if (!changed) return not_listed();
  return *std::move(changed);
}

Status remove_administrator(Services& services, const Email& email, const ListChange& change) {
  TRY_STATUS(check_changeable(services, email, change));
  if (!TRY(services.store.remove_administrator(email, services.clock.now(), change.origin)))
    return not_listed();
  return {};
}

}  // namespace claviger
