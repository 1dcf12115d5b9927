#include "fence/user_table.h"

#include <algorithm>

namespace claviger {
namespace {

constexpr std::size_t kFirstPlaces = 64;

}  // namespace

/// A fraction of the table, by the upper half of the hash.
std::size_t UserTable::home(UserId id) const {
  return (std::hash<UserId>{}(id) >> 32) * places_.size() >> 32;
}

/// The place of a user, or the empty one where it would stand.
std::size_t UserTable::place_of(UserId id) const {
  std::size_t at = home(id);
  while (places_[at] != nullptr && places_[at]->id != id) at = after(at);
  return at;
}

LiveUser* UserTable::find(UserId id) const {
  return size_ == 0 ? nullptr : places_[place_of(id)];
}

void UserTable::add(LiveUser* user) {
  if ((size_ + 1) * 5 > places_.size() * 4) {
    std::vector<LiveUser*> old(std::max(kFirstPlaces, size_ * 5 / 3));
    old.swap(places_);  // once there is memory: a user that were lost could not be ended
    for (auto* const each : old)
      if (each != nullptr) places_[place_of(each->id)] = each;
  }
  places_[place_of(user->id)] = user;
  ++size_;
}

LiveUser* UserTable::take(UserId id) {
  if (size_ == 0) return nullptr;
  auto hole = place_of(id);
  LiveUser* const taken = places_[hole];
  if (taken == nullptr) return nullptr;
  // Whoever stands behind the hole and would rather stand in it moves there.
  const auto distance = [&](std::size_t from, std::size_t to) {
    return to >= from ? to - from : to + places_.size() - from;
  };
  for (auto at = after(hole); places_[at] != nullptr; at = after(at)) {
    if (distance(home(places_[at]->id), at) < distance(hole, at)) continue;
    places_[hole] = places_[at];
    hole = at;
  }
  places_[hole] = nullptr;
  --size_;
  return taken;
}

std::vector<LiveUser*> UserTable::take_all() {
  std::vector<LiveUser*> users;
  users.reserve(size_);
  for (auto*& place : places_)
    if (auto* const user = std::exchange(place, nullptr)) users.push_back(user);
  size_ = 0;
  return users;
}

}  // namespace claviger
