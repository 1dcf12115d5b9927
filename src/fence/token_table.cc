#include "fence/token_table.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace claviger {
namespace {

constexpr std::size_t kFirstCells = 16;
constexpr std::size_t kNeighbourhood = 16;  // how many cells a newcomer looks at for one to replace
constexpr std::uint64_t kUnsaved = std::uint64_t{1} << 31;
constexpr std::uint64_t kMinutes = kUnsaved - 1;

}  // namespace

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

std::size_t TokenTable::home(TokenId id, std::size_t mask) {
  return std::hash<TokenId>{}(id) >> 20 & mask;
}

std::size_t TokenTable::place_of(const Array& array, TokenId id) {
  std::array<std::uint64_t, 2> words;
  std::memcpy(words.data(), id.bytes.data(), sizeof words);
  std::size_t at = home(id, array.mask);
  // Bounded, since a reader may look while cells move, and meet no empty one.
  for (std::size_t i = 0; i <= array.mask; ++i, at = (at + 1) & array.mask) {
    const Cell& cell = array.cells[at];
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
    const auto entry = load(a->cells[place_of(*a, id)]);
    if (entry.expires_s != 0 && entry.id == id) result.entry = entry;
  }
  if (version_.load() != version) return {};
  return result;
}

std::optional<TokenEntry> TokenTable::find(TokenId id) const {
  if (array() == nullptr) return std::nullopt;
  const auto entry = load(array()->cells[place_of(*array(), id)]);
  if (entry.expires_s == 0) return std::nullopt;
  return entry;
}

std::optional<TokenEntry> TokenTable::put(const TokenEntry& entry, std::uint32_t now_s) {
  const Change change(*this);
  if (auto old = find(entry.id)) {
    store(array()->cells[place_of(*array(), entry.id)], entry);
    return old;
  }
  const auto cell_count = array() == nullptr ? 0 : array()->mask + 1;
  if ((size_ + 1) * 8 > cell_count * 7 && size_ < capacity_) grow();
  std::optional<TokenEntry> gone;
  if (size_ >= capacity_) {
    const auto at = victim(home(entry.id, array()->mask), now_s);
    gone = load(array()->cells[at]);
    erase_at(at);
  }
  store(array()->cells[place_of(*array(), entry.id)], entry);
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
  store(array()->cells[place_of(*array(), id)], *entry);
  return true;
}

void TokenTable::for_each(const std::function<void(const TokenEntry&)>& each) const {
  if (array() == nullptr) return;
  for (std::size_t at = 0; at <= array()->mask; ++at)
    if (!is_empty(array()->cells[at])) each(load(array()->cells[at]));
}

void TokenTable::clear() {
  const Change change(*this);
  if (Array* const old = array_.exchange(nullptr)) reclaimer_.retire(old);
  size_ = 0;
}

void TokenTable::grow() {
  Array* const old = array();
  auto next = std::make_unique<Array>(old == nullptr ? kFirstCells : (old->mask + 1) * 2);
  for_each([&](const TokenEntry& entry) { store(next->cells[place_of(*next, entry.id)], entry); });
  array_.store(next.release());
  if (old != nullptr) reclaimer_.retire(old);
}

/// Empties a cell and moves later ones of its run back, so that no search meets a gap.
void TokenTable::erase_at(std::size_t at) {
  Array& a = *array();
  for (std::size_t next = (at + 1) & a.mask; !is_empty(a.cells[next]); next = (next + 1) & a.mask) {
    const auto entry = load(a.cells[next]);
    // The entry may move to `at` unless its home lies cyclically in (at, next].
    if (((next - home(entry.id, a.mask)) & a.mask) < ((next - at) & a.mask)) continue;
    store(a.cells[at], entry);
    at = next;
  }
  store(a.cells[at], TokenEntry{});
  --size_;
}

std::size_t TokenTable::victim(std::size_t from, std::uint32_t now_s) const {
  const Array& a = *array();
  std::optional<std::size_t> best;
  std::uint32_t least = 0;
  for (std::size_t i = 0, at = from; i < kNeighbourhood || !best; ++i, at = (at + 1) & a.mask) {
    const auto entry = load(a.cells[at]);
    if (entry.expires_s == 0) continue;
    if (entry.expires_s <= now_s) return at;
    if (best && entry.last_used_min >= least) continue;
    best = at;
    least = entry.last_used_min;
  }
  return *best;
}

}  // namespace claviger
