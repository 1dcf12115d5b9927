#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/ids.h"
#include "base/reclaimer.h"
#include "fence/live_user.h"

namespace claviger {

/// What is held of a token. Without a user it is known to be revoked, which is final.
struct TokenEntry {
  TokenId id;
  LiveUser* user = nullptr;         // held by this entry
  std::uint32_t expires_s = 0;      // seconds since the epoch, never 0
  std::uint32_t last_used_min = 0;  // minutes since the epoch
  bool last_used_unsaved = false;
};

/// A table of tokens that is read without a lock while one writer changes it: open addressing,
/// linear probing, deletion by shifting back. It grows by a quarter at a time, up to a capacity;
/// then, for each newcomer, the least recently used of its neighbourhood goes.
///
/// A cell is four words of 8 bytes: 32 bytes a token. The version is odd while a writer moves
/// things; a reader that saw it odd or changed has read nothing (a seqlock). Old arrays go by the
/// reclaimer, so readers need a Reading.
class TokenTable {
 public:
  explicit TokenTable(Reclaimer& reclaimer) : reclaimer_(reclaimer) {}
  ~TokenTable();
  TokenTable(const TokenTable&) = delete;
  TokenTable& operator=(const TokenTable&) = delete;

  /// Reads an entry without a lock. `decided` is false if a writer was in the way.
  struct Read {
    bool decided = false;
    std::optional<TokenEntry> entry;
  };
  Read read(TokenId id, const Reclaimer::Reading& reading) const;

  // For one writer at a time:
  void set_capacity(std::size_t tokens) { capacity_ = tokens; }
  std::optional<TokenEntry> find(TokenId id) const;
  /// Adds or replaces. Returns the entry that went for it, if any.
  std::optional<TokenEntry> put(const TokenEntry& entry, std::uint32_t now_s);
  /// Takes an entry out and returns it.
  std::optional<TokenEntry> erase(TokenId id);
  /// Sets when a token was last used, if it is there.
  bool set_last_used(TokenId id, std::uint32_t minute, bool unsaved);
  /// Calls each(entry) for every entry. A writer may not change the table meanwhile, but for
  /// set_last_used.
  void for_each(const std::function<void(const TokenEntry&)>& each) const;
  void clear();
  std::size_t size() const { return size_; }

 private:
  struct alignas(32) Cell {  // two to a cache line, none across
    std::array<std::atomic<std::uint64_t>, 4> words;
    const std::atomic<std::uint64_t>& operator[](std::size_t i) const { return words[i]; }
    std::atomic<std::uint64_t>& operator[](std::size_t i) { return words[i]; }
  };
  class Array;
  class Change;

  static TokenEntry load(const Cell& cell);
  static void store(Cell& cell, const TokenEntry& entry);
  static bool is_empty(const Cell& cell);
  /// The place of a token, or of the empty cell where it would stand.
  static std::size_t place_of(const Array& array, TokenId id);
  Array* array() const { return array_.load(std::memory_order_relaxed); }
  void grow();
  void erase_at(std::size_t at);
  std::size_t victim(TokenId newcomer, std::uint32_t now_s) const;

  Reclaimer& reclaimer_;
  std::atomic<std::uint64_t> version_{0};
  std::atomic<Array*> array_{nullptr};
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace claviger
