#include "fence/live_user.h"

#include <new>
#include <utility>

namespace claviger {

LiveUser* LiveUser::make(UserId id, LiveClient::Hold client, std::string_view username,
                         std::string_view scopes) {
  void* const memory = ::operator new(sizeof(LiveUser) + username.size() + scopes.size());
  return ::new (memory) LiveUser(id, std::move(client), username, scopes);
}

LiveUser::LiveUser(UserId its_id, LiveClient::Hold its_client, std::string_view username,
                   std::string_view scopes)
    : id(its_id),
      client(std::move(its_client)),
      username_size_(static_cast<std::uint16_t>(username.size())),
      scopes_size_(static_cast<std::uint16_t>(scopes.size())) {
  auto* const end = reinterpret_cast<char*>(this + 1);
  username.copy(end, username.size());
  scopes.copy(end + username.size(), scopes.size());
}

}  // namespace claviger
