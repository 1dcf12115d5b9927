#pragma once

#include "store/live_source.h"

namespace claviger {

/// Proof that a change is committed, durably, under an epoch; what a fence is raised from. Only a
/// store makes one.
class Committed {
 public:
  Epoch epoch() const { return epoch_; }

 private:
  friend class Store;
  explicit Committed(const Epoch& epoch) : epoch_(epoch) {}
  Epoch epoch_;
};

template <class T>
struct Change {
  T value;
  Committed committed;
};

}  // namespace claviger
