#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace claviger {

/// Frees memory that readers without locks may still look at, once none can (epoch-based
/// reclamation, K. Fraser 2004). A reader holds a Reading while it follows pointers; a writer makes
/// an object unreachable and then retires it. It is deleted when every Reading that existed at that
/// moment has ended.
///
/// For the order of a reader's first look at shared memory and its Reading, that look has to be a
/// sequentially consistent load of something that the writer stored likewise before retiring.
class Reclaimer {
  struct alignas(64) Slot {
    std::atomic<std::uint64_t> epoch{0};  // 0: free; otherwise a Reading since that epoch
  };

 public:
  /// While one lives, nothing that was reachable when it began is deleted. Move-only.
  class Reading {
   public:
    Reading() = default;
    Reading(Reading&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}
    Reading& operator=(Reading&& other) noexcept {
      std::swap(slot_, other.slot_);
      return *this;
    }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
    ~Reading() {
      if (slot_ != nullptr) slot_->epoch.store(0, std::memory_order_release);
    }

   private:
    friend class Reclaimer;
    explicit Reading(Slot* slot) : slot_(slot) {}
    Slot* slot_ = nullptr;
  };

  Reclaimer() = default;
  /// There must be no Reading any more.
  ~Reclaimer();
  Reclaimer(const Reclaimer&) = delete;
  Reclaimer& operator=(const Reclaimer&) = delete;

  /// Costs one uncontended atomic operation.
  Reading read();

  /// Deletes an object that no new reader can reach, when no old one can either.
  template <class T>
  void retire(T* object) {
    retire(object, [](void* pointer) { delete static_cast<T*>(pointer); });
  }
  /// How many retired objects are not deleted yet.
  std::size_t waiting() const;

 private:
  using Deleter = void (*)(void*);
  struct Retired {
    std::uint64_t epoch;
    void* object;
    Deleter deleter;
  };
  void retire(void* object, Deleter deleter);

  // More than there are threads: a slot near one's own is free at the first try.
  std::array<Slot, 512> slots_;
  alignas(64) std::atomic<std::uint64_t> epoch_{1};
  mutable Mutex mutex_;
  std::vector<Retired> retired_ GUARDED_BY(mutex_);
};

}  // namespace claviger
