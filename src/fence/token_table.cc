#include "fence/token_table.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

namespace claviger {
namespace {

constexpr std::size_t kFirstCells = 128;    // a page
constexpr std::size_t kNeighbourhood = 16;  // how many cells a newcomer looks at for one to replace
constexpr std::uint64_t kUnsaved = std::uint64_t{1} << 31;
constexpr std::uint64_t kMinutes = kUnsaved - 1;

}  // namespace

/// Cells in memory of their own, straight from the kernel: zeroed, and given back at once when the
/// array goes, where malloc would keep some of it for ever.
class TokenTable::Array {
 public:
  explicit Array(std::size_t count) : count_(count) {
    void* const memory = ::mmap(nullptr, count * sizeof(Cell), PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    cells_ = static_cast<Cell*>(memory);
  }
  ~Array() { ::munmap(cells_, count_ * sizeof(Cell)); }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;

  std::size_t count() const { return count_; }
  Cell& operator[](std::size_t at) const { return cells_[at]; }
  std::size_t after(std::size_t at) const { return at + 1 == count_ ? 0 : at + 1; }
  /// How many steps it is from one cell on to the other.
  std::size_t distance(std::size_t from, std::size_t to) const {
    return to >= from ? to - from : to + count_ - from;
  }
  /// Where a token stands if nothing is in its way: its hash's upper half, as a fraction of the
  /// array.
  std::size_t home(TokenId id) const { return (std::hash<TokenId>{}(id) >> 32) * count_ >> 32; }

 private:
  std::size_t count_;
  Cell* cells_;
};

/// Makes the version odd for as long as it lives. Its stores and the readers' loads of it are
/// sequentially consistent, as the reclaimer asks; those of the cells are releases and acquires, so
/// that a reader that saw a new word also sees the odd version.
class TokenTable::Change {
 public:
  explicit Change(TokenTable& table) : version_(table.version_) { version_.fetch_add(1); }
  ~Change() { version_.fetch_add(1); }
  Change(const Change&) = delete;
  Change& operator=(const Change&) = delete;

 private:
  std::atomic<std::uint64_t>& version_;
};

TokenTable::~TokenTable() {
  delete array();
}

TokenEntry TokenTable::load(const Cell& cell) {
  TokenEntry entry;
  const std::array<std::uint64_t, 2> id = {cell[0].load(std::memory_order_acquire),
                                           cell[1].load(std::memory_order_acquire)};
  std::memcpy(entry.id.bytes.data(), id.data(), sizeof id);
  entry.user = std::bit_cast<LiveUser*>(cell[2].load(std::memory_order_acquire));
  const auto times = cell[3].load(std::memory_order_acquire);
  entry.expires_s = static_cast<std::uint32_t>(times >> 32);
  entry.last_used_min = static_cast<std::uint32_t>(times & kMinutes);
  entry.last_used_unsaved = (times & kUnsaved) != 0;
  return entry;
}

void TokenTable::store(Cell& cell, const TokenEntry& entry) {
  std::array<std::uint64_t, 2> id;
  std::memcpy(id.data(), entry.id.bytes.data(), sizeof id);
  cell[0].store(id[0], std::memory_order_release);
  cell[1].store(id[1], std::memory_order_release);
  cell[2].store(std::bit_cast<std::uint64_t>(entry.user), std::memory_order_release);
  cell[3].store(std::uint64_t{entry.expires_s} << 32 | (entry.last_used_unsaved ? kUnsaved : 0) |
                    (entry.last_used_min & kMinutes),
                std::memory_order_release);
}

bool TokenTable::is_empty(const Cell& cell) {
  return cell[3].load(std::memory_order_acquire) >> 32 == 0;
}

std::size_t TokenTable::place_of(const Array& array, TokenId id) {
  std::array<std::uint64_t, 2> words;
  std::memcpy(words.data(), id.bytes.data(), sizeof words);
  std::size_t at = array.home(id);
  // Bounded, since a reader may look while cells move, and meet no empty one.
  for (std::size_t i = 0; i < array.count(); ++i, at = array.after(at)) {
    const Cell& cell = array[at];
    if (is_empty(cell)) break;
    if (cell[1].load(std::memory_order_acquire) == words[1] &&
        cell[0].load(std::memory_order_acquire) == words[0])
      break;
  }
  return at;
}

TokenTable::Read TokenTable::read(TokenId id, const Reclaimer::Reading& /*reading*/) const {
  const auto version = version_.load();
  if (version % 2 != 0) return {};
  Read result{.decided = true, .entry = std::nullopt};
  if (const Array* a = array_.load(std::memory_order_acquire)) {
    const auto entry = load((*a)[place_of(*a, id)]);
    if (entry.expires_s != 0 && entry.id == id) result.entry = entry;
  }
  if (version_.load() != version) return {};
  return result;
}

std::optional<TokenEntry> TokenTable::find(TokenId id) const {
  if (array() == nullptr) return std::nullopt;
  const auto entry = load((*array())[place_of(*array(), id)]);
  if (entry.expires_s == 0) return std::nullopt;
  return entry;
}

std::optional<TokenEntry> TokenTable::put(const TokenEntry& entry, std::uint32_t now_s) {
  const Change change(*this);
  if (auto old = find(entry.id)) {
    store((*array())[place_of(*array(), entry.id)], entry);
    return old;
  }
  const auto cell_count = array() == nullptr ? 0 : array()->count();
  if ((size_ + 1) * 8 > cell_count * 7 && size_ < capacity_) grow();
  std::optional<TokenEntry> gone;
  if (size_ >= capacity_) {
    const auto at = victim(entry.id, now_s);
    gone = load((*array())[at]);
    erase_at(at);
  }
  store((*array())[place_of(*array(), entry.id)], entry);
  ++size_;
  return gone;
}

std::optional<TokenEntry> TokenTable::erase(TokenId id) {
  auto entry = find(id);
  if (!entry) return std::nullopt;
  const Change change(*this);
  erase_at(place_of(*array(), id));
  return entry;
}

bool TokenTable::set_last_used(TokenId id, std::uint32_t minute, bool unsaved) {
  auto entry = find(id);
  if (!entry) return false;
  entry->last_used_min = minute;
  entry->last_used_unsaved = unsaved;
  // No change that a reader must not see halfway: it is one word.
  store((*array())[place_of(*array(), id)], *entry);
  return true;
}

void TokenTable::for_each(const std::function<void(const TokenEntry&)>& each) const {
  if (array() == nullptr) return;
  for (std::size_t at = 0; at < array()->count(); ++at)
    if (!is_empty((*array())[at])) each(load((*array())[at]));
}

void TokenTable::clear() {
  const Change change(*this);
  if (Array* const old = array_.exchange(nullptr)) reclaimer_.retire(old);
  size_ = 0;
}

void TokenTable::grow() {
  Array* const old = array();
  auto next =
      std::make_unique<Array>(old == nullptr ? kFirstCells : old->count() + old->count() / 4);
  for_each([&](const TokenEntry& entry) { store((*next)[place_of(*next, entry.id)], entry); });
  array_.store(next.release());
  if (old != nullptr) reclaimer_.retire(old);
}

/// Empties a cell and moves later ones of its run back, so that no search meets a gap.
void TokenTable::erase_at(std::size_t at) {
  Array& a = *array();
  for (std::size_t next = a.after(at); !is_empty(a[next]); next = a.after(next)) {
    const auto entry = load(a[next]);
    // The entry may move to `at` unless its home lies cyclically in (at, next].
    if (a.distance(a.home(entry.id), next) < a.distance(at, next)) continue;
    store(a[at], entry);
    at = next;
  }
  store(a[at], TokenEntry{});
  --size_;
}

std::size_t TokenTable::victim(TokenId newcomer, std::uint32_t now_s) const {
  const Array& a = *array();
  std::optional<std::size_t> best;
  std::uint32_t least = 0;
  for (std::size_t i = 0, at = a.home(newcomer); i < kNeighbourhood || !best;
       ++i, at = a.after(at)) {
    const auto entry = load(a[at]);
    if (entry.expires_s == 0) continue;
    if (entry.expires_s <= now_s) return at;
    if (best && entry.last_used_min >= least) continue;
    best = at;
    least = entry.last_used_min;
  }
  return *best;
}

}  // namespace claviger
