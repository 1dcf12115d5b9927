#include "token/signature_memo.h"

#include <cstdlib>
#include <cstring>
#include <new>

namespace claviger {

SignatureMemo::SignatureMemo(std::size_t sets)
    // Zeroed by the kernel as it is touched; an all-zero entry is no token's digest.
    : mask_(sets - 1), entries_(static_cast<Entry*>(std::calloc(sets * kWays, sizeof(Entry)))) {
  if (!entries_) throw std::bad_alloc();
}

void SignatureMemo::Free::operator()(Entry* entries) const {
  std::free(entries);
}

SignatureMemo::Entry* SignatureMemo::set_of(const Words& words) const {
  return entries_.get() + (words[0] & mask_) * kWays;
}

bool SignatureMemo::holds(const Digest& digest) const {
  Words words;
  std::memcpy(words.data(), digest.data(), sizeof words);
  const Entry* const set = set_of(words);
  for (std::size_t way = 0; way < kWays; ++way) {
    // An entry read while it is written is a mixture of two digests, which is no token's either.
    bool same = true;
    for (std::size_t i = 0; i < words.size(); ++i)
      same = same && set[way].words[i].load(std::memory_order_relaxed) == words[i];
    if (same) return true;
  }
  return false;
}

void SignatureMemo::remember(const Digest& digest) {
  Words words;
  std::memcpy(words.data(), digest.data(), sizeof words);
  Entry& entry = set_of(words)[next_way_.fetch_add(1, std::memory_order_relaxed) % kWays];
  for (std::size_t i = 0; i < words.size(); ++i)
    entry.words[i].store(words[i], std::memory_order_relaxed);
}

}  // namespace claviger
