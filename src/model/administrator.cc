#include "model/administrator.h"

namespace claviger {

std::string_view word_of(AdminRole role) {
  return role == AdminRole::administrator ? "administrator" : "auditor";
}

std::optional<AdminRole> parse_role(std::string_view word) {
  for (const auto role : {AdminRole::administrator, AdminRole::auditor})
    if (word == word_of(role)) return role;
  return std::nullopt;
}

std::string_view word_of(LoginWay way) {
  return way == LoginWay::link ? "link" : "openid";
}

}  // namespace claviger
