#include "base/reclaimer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace claviger {
namespace {

struct Counted {
  explicit Counted(std::atomic<int>& c) : count(c) { ++count; }
  ~Counted() {
    --count;
    value = 0;
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  std::atomic<int>& count;
  std::atomic<int> value{42};
};

TEST(Reclaimer, KeepsWhatAReaderMayHold) {
  std::atomic<int> alive{0};
  Reclaimer reclaimer;
  {
    const auto reading = reclaimer.read();
    reclaimer.retire(new Counted(alive));
    reclaimer.retire(new Counted(alive));
    EXPECT_EQ(alive, 2);
  }
  reclaimer.retire(new Counted(alive));  // nobody reads: all three go
  EXPECT_EQ(alive, 0);
  EXPECT_EQ(reclaimer.waiting(), 0U);
}

TEST(Reclaimer, ALaterReaderKeepsNothingOlder) {
  std::atomic<int> alive{0};
  Reclaimer reclaimer;
  auto first = reclaimer.read();
  reclaimer.retire(new Counted(alive));
  const auto second = reclaimer.read();
  first = Reclaimer::Reading();
  reclaimer.retire(new Counted(alive));
  EXPECT_EQ(alive, 1);  // what `second` may hold
}

TEST(Reclaimer, DeletesWhatIsLeftAtTheEnd) {
  std::atomic<int> alive{0};
  {
    Reclaimer reclaimer;
    {
      const auto reading = reclaimer.read();
      reclaimer.retire(new Counted(alive));
    }
    EXPECT_EQ(alive, 1);
  }
  EXPECT_EQ(alive, 0);
}

// Readers follow a pointer that a writer replaces all the time. A deleted object says 0, and the
// sanitizers say more.
TEST(Reclaimer, NoReaderMeetsADeletedObject) {
  std::atomic<int> alive{0};
  Reclaimer reclaimer;
  std::atomic<Counted*> current{new Counted(alive)};
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i)
    readers.emplace_back([&] {
      while (!done) {
        const auto reading = reclaimer.read();
        if (current.load()->value != 42) ++wrong;
      }
    });
  for (int i = 0; i < 20'000; ++i) reclaimer.retire(current.exchange(new Counted(alive)));
  done = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
  delete current.load();
  reclaimer.retire(new Counted(alive));
  EXPECT_EQ(alive, 0);
}

}  // namespace
}  // namespace claviger
