#include "policy/master.h"

#include "crypto/constant_time.h"
#include "crypto/hash.h"

namespace claviger {

std::optional<MasterDigest> digest_master(const MasterUsername& username,
                                          const MasterPassword& password) {
  if (username.empty() || password.empty()) return std::nullopt;
  const auto digest = [](std::string_view text) { return sha256(bytes_of(text)); };
  return MasterDigest{username.reveal(digest), password.reveal(digest)};
}

Status check_master(const Policy& policy, std::string_view username, std::string_view password) {
  if (!policy.master)
    return fail(Code::master_disabled,
                "Creating clients over HTTP is disabled. To enable it, start the server with "
                "MASTER_USERNAME and MASTER_PASSWORD set.");
  const bool name_good = equal_constant_time(sha256(bytes_of(username)), policy.master->username);
  const bool password_good =
      equal_constant_time(sha256(bytes_of(password)), policy.master->password);
  if (!name_good || !password_good)
    return fail(Code::invalid_credential, "The master credentials are wrong.");
  return {};
}

}  // namespace claviger
