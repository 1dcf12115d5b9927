#pragma once

#include <condition_variable>
#include <mutex>

/// std::mutex with the annotations that let Clang's -Wthread-safety check "guarded by".
#if defined(__clang__)
#define CLAVIGER_TSA(x) __attribute__((x))
#else
#define CLAVIGER_TSA(x)
#endif
#define GUARDED_BY(m) CLAVIGER_TSA(guarded_by(m))
#define REQUIRES(m) CLAVIGER_TSA(requires_capability(m))

namespace claviger {

class CLAVIGER_TSA(capability("mutex")) Mutex {
 public:
  void lock() CLAVIGER_TSA(acquire_capability()) { mutex_.lock(); }
  void unlock() CLAVIGER_TSA(release_capability()) { mutex_.unlock(); }
  /// Tells the analysis, inside a function it cannot look through, what the caller holds.
  void assert_held() const CLAVIGER_TSA(assert_capability(this)) {}
  bool try_lock() CLAVIGER_TSA(try_acquire_capability(true)) { return mutex_.try_lock(); }

 private:
  std::mutex mutex_;
};

class CLAVIGER_TSA(scoped_lockable) Lock {
 public:
  explicit Lock(Mutex& mutex) CLAVIGER_TSA(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.lock();
  }
  ~Lock() CLAVIGER_TSA(release_capability()) { mutex_.unlock(); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  Mutex& mutex_;
};

/// A condition variable for Mutex: wait(mutex) is called with it held.
using Condition = std::condition_variable_any;

}  // namespace claviger
