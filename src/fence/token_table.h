#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"

namespace claviger {

/// A client in the live view. Once `ended`, everything that points to it is read anew.
struct LiveClient {
  ClientId id;
  std::atomic<bool> ended{false};
};

/// A user in the live view, shared by the cells of its tokens: ending it voids them all at once.
struct LiveUser {
  UserId id;
  std::string username;
  std::string scopes;
  std::shared_ptr<LiveClient> client;
  std::atomic<bool> ended{false};

  bool is_current() const {
    return !ended.load(std::memory_order_acquire) && !client->ended.load(std::memory_order_acquire);
  }
};

/// A token in the live view. Without a user: known to be revoked, which is final.
struct TokenCell {
  TokenId id;
  std::shared_ptr<LiveUser> user;
  std::uint32_t expires_s = 0;      // seconds since the epoch; 0: the cell is empty
  std::uint32_t last_used_min = 0;  // minutes since the epoch
  bool last_used_unsaved = false;
};

/// An open-addressing table of tokens (linear probing, deletion by shifting back), which grows by
/// doubling up to a capacity and then lets the least recently used of the neighbourhood go. Not
/// thread-safe: each shard of the live view guards its own.
class TokenTable {
 public:
  void set_capacity(std::size_t tokens) { capacity_ = tokens; }
  TokenCell* find(TokenId id);
  /// Adds or replaces. Returns the cell that had to go for it, if any; its id is then to be saved
  /// if its last use is not.
  std::optional<TokenCell> put(TokenCell cell, std::uint32_t now_s);
  void erase(TokenId id);
  void clear();
  std::size_t size() const { return size_; }
  std::vector<TokenCell>& cells() { return cells_; }

 private:
  std::size_t home(TokenId id) const {
    return std::hash<TokenId>{}(id) >> 20 & (cells_.size() - 1);
  }
  void grow();
  void erase_at(std::size_t at);
  std::size_t victim(std::size_t from, std::uint32_t now_s) const;
  std::vector<TokenCell> cells_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace claviger
