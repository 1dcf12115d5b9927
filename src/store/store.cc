#include "store/store.h"

#include <utility>

namespace claviger {

Result<std::optional<UserCredential>> Store::find_credential(ClientId client,
                                                             std::string_view identifier,
                                                             Instant now) {
  const LoginName login{.client_id = client, .identifier = identifier};
  auto found = TRY(find_credentials({&login, 1}, now));
  return Result<std::optional<UserCredential>>(std::move(found.front()));
}

Result<bool> Store::create_token(const NewToken& token) {
  const auto stored = TRY(create_tokens({&token, 1}));
  return bool{stored.front()};
}

}  // namespace claviger
