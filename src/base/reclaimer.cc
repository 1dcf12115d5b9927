#include "base/reclaimer.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <thread>

namespace claviger {

Reclaimer::~Reclaimer() {
  const Lock lock(mutex_);
  for (const auto& [epoch, object, deleter] : retired_) deleter(object);
}

Reclaimer::Reading Reclaimer::read() {
  const auto epoch = epoch_.load(std::memory_order_acquire);
  // Thread ids are addresses: their low bits say nothing.
  const auto thread = std::hash<std::thread::id>{}(std::this_thread::get_id());
  for (std::size_t at = thread >> 12;; ++at) {
    Slot& slot = slots_[at % slots_.size()];
    std::uint64_t free = 0;
    if (slot.epoch.compare_exchange_strong(free, epoch, std::memory_order_seq_cst))
      return Reading(&slot);
  }
}

void Reclaimer::retire(void* object, Deleter deleter) {
  const Lock lock(mutex_);
  retired_.push_back({epoch_.fetch_add(1, std::memory_order_seq_cst), object, deleter});
  auto oldest = std::numeric_limits<std::uint64_t>::max();
  for (const auto& slot : slots_)
    if (const auto since = slot.epoch.load(std::memory_order_seq_cst); since != 0)
      oldest = std::min(oldest, since);
  // Retired in the order of their epochs.
  auto keep = retired_.begin();
  for (; keep != retired_.end() && keep->epoch < oldest; ++keep) keep->deleter(keep->object);
  retired_.erase(retired_.begin(), keep);
}

std::size_t Reclaimer::waiting() const {
  const Lock lock(mutex_);
  return retired_.size();
}

}  // namespace claviger
