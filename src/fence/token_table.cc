#include "fence/token_table.h"

#include <utility>

namespace claviger {
namespace {

constexpr std::size_t kFirstCells = 16;
constexpr std::size_t kNeighbourhood = 16;  // how many cells a newcomer looks at for one to replace

}  // namespace

TokenCell* TokenTable::find(TokenId id) {
  if (cells_.empty()) return nullptr;
  for (std::size_t at = home(id);; at = (at + 1) & (cells_.size() - 1)) {
    if (cells_[at].expires_s == 0) return nullptr;
    if (cells_[at].id == id) return &cells_[at];
  }
}

std::optional<TokenCell> TokenTable::put(TokenCell cell, std::uint32_t now_s) {
  if (TokenCell* old = find(cell.id)) {
    *old = std::move(cell);
    return std::nullopt;
  }
  if ((size_ + 1) * 8 > cells_.size() * 7 && size_ < capacity_) grow();
  std::optional<TokenCell> evicted;
  if (size_ >= capacity_) {
    const auto at = victim(home(cell.id), now_s);
    evicted = std::move(cells_[at]);
    erase_at(at);
  }
  std::size_t at = home(cell.id);
  while (cells_[at].expires_s != 0) at = (at + 1) & (cells_.size() - 1);
  cells_[at] = std::move(cell);
  ++size_;
  return evicted;
}

void TokenTable::erase(TokenId id) {
  if (const TokenCell* cell = find(id)) erase_at(static_cast<std::size_t>(cell - cells_.data()));
}

void TokenTable::clear() {
  cells_.clear();
  size_ = 0;
}

void TokenTable::grow() {
  std::vector<TokenCell> old(cells_.empty() ? kFirstCells : cells_.size() * 2);
  old.swap(cells_);
  for (auto& cell : old) {
    if (cell.expires_s == 0) continue;
    std::size_t at = home(cell.id);
    while (cells_[at].expires_s != 0) at = (at + 1) & (cells_.size() - 1);
    cells_[at] = std::move(cell);
  }
}

/// Empties a cell and moves later ones of its run back, so that no search meets a gap.
void TokenTable::erase_at(std::size_t at) {
  const std::size_t mask = cells_.size() - 1;
  for (std::size_t next = (at + 1) & mask; cells_[next].expires_s != 0; next = (next + 1) & mask) {
    const std::size_t wanted = home(cells_[next].id);
    // The cell may move to `at` unless its home lies cyclically in (at, next].
    if (((next - wanted) & mask) < ((next - at) & mask)) continue;
    cells_[at] = std::move(cells_[next]);
    at = next;
  }
  cells_[at] = TokenCell{};
  --size_;
}

std::size_t TokenTable::victim(std::size_t from, std::uint32_t now_s) const {
  const std::size_t mask = cells_.size() - 1;
  std::size_t best = cells_.size();
  for (std::size_t i = 0, at = from; i < kNeighbourhood || best == cells_.size();
       ++i, at = (at + 1) & mask) {
    const auto& cell = cells_[at];
    if (cell.expires_s == 0) continue;
    if (cell.expires_s <= now_s) return at;
    if (best == cells_.size() || cell.last_used_min < cells_[best].last_used_min) best = at;
  }
  return best;
}

}  // namespace claviger
