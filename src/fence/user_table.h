#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "fence/live_user.h"

namespace claviger {

/// Users by their ids, for one thread at a time: open addressing, linear probing, one pointer a
/// place, since a node for each of a million users would take as much memory as the user.
class UserTable {
 public:
  /// nullptr: there is none.
  LiveUser* find(UserId id) const;
  /// Adds a user whose id is not in it. If that throws, nothing is changed.
  void add(LiveUser* user);
  /// Takes a user out and returns it; nullptr: there is none.
  LiveUser* take(UserId id);
  /// Takes all out and returns them.
  std::vector<LiveUser*> take_all();
  std::size_t size() const { return size_; }

 private:
  std::size_t place_of(UserId id) const;
  std::size_t after(std::size_t at) const { return at + 1 == places_.size() ? 0 : at + 1; }
  std::size_t home(UserId id) const;

  std::vector<LiveUser*> places_;
  std::size_t size_ = 0;
};

}  // namespace claviger
