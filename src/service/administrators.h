#pragma once

#include <optional>
#include <vector>

#include "model/administrator.h"
#include "service/services.h"

/// The list of those who may log in to the admin panel by OpenID Connect: the addresses in
/// CLAVIGER_ADMIN_EMAILS, who are administrators, and those that administrators added.
namespace claviger {

/// The settings' first, each part in the order of addresses.
Result<std::vector<Administrator>> list_administrators(Services& services);
/// nullopt: the address is not on the list.
Result<std::optional<Administrator>> find_administrator(Services& services, const Email& email);

/// Who changes the list, and the address that it stands under; nullopt: the command line.
struct ListChange {
  Origin origin;
  std::optional<Email> by{};
};
/// Errors: conflict (on the list already, or the list is full).
Result<Administrator> add_administrator(Services& services, const Email& email, AdminRole role,
                                        const ListChange& change);
/// Errors of both: not_found; conflict for an address in the settings, and for one's own.
Result<Administrator> set_administrator_role(Services& services, const Email& email, AdminRole role,
                                             const ListChange& change);
Status remove_administrator(Services& services, const Email& email, const ListChange& change);

}  // namespace claviger
