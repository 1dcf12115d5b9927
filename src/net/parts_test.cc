// The parts of a connection's memory and of the pool.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "base/wakeup.h"
#include "net/admission.h"
#include "net/exchange.h"
#include "net/pool.h"

namespace claviger::net {
namespace {

void receive(Buffer& buffer, std::string_view bytes) {
  bytes.copy(buffer.room().data(), bytes.size());
  buffer.add(bytes.size());
}

bool is_all_zero(std::span<const char> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
}

TEST(Buffer, KeepsBytesUntilTheyAreUsedUp) {
  Buffer buffer(16);
  receive(buffer, "0123456789");
  buffer.consume(4);
  EXPECT_EQ(buffer.bytes(), "456789");
  buffer.erase(2, 3);
  EXPECT_EQ(buffer.bytes(), "459");
  buffer.make_room(16);
  EXPECT_EQ(buffer.bytes(), "459");
  EXPECT_EQ(buffer.room().size(), 13U);
  buffer.make_room(32);
  EXPECT_EQ(buffer.bytes(), "459");
  EXPECT_EQ(buffer.room().size(), 29U);
  buffer.consume(3);
  EXPECT_EQ(buffer.room().size(), 32U);
}

TEST(Buffer, LeavesNothingBehind) {
  Buffer buffer(16);
  receive(buffer, "secret!");
  buffer.consume(2);
  buffer.make_room(16);
  buffer.consume(5);
  buffer.clear();
  EXPECT_TRUE(is_all_zero(buffer.room().first(7)));
}

TEST(Exchange, IsAsNewForTheNextConnection_NET_6) {
  Exchange exchange;
  receive(exchange.input, "Authorization: Bearer x");
  exchange.output = "secret";
  exchange.response.body = "secret";
  exchange.response.add_header("X", "secret");
  exchange.response.status = 503;
  exchange.request.authorization = {1, exchange.input.bytes()};
  exchange.request.id = 5;
  exchange.clear();
  EXPECT_TRUE(is_all_zero(exchange.input.room().first(23)));
  EXPECT_EQ(exchange.output, "");
  EXPECT_TRUE(is_all_zero({exchange.output.data(), 6}));
  EXPECT_TRUE(is_all_zero({exchange.response.body.data(), 6}));
  EXPECT_EQ(exchange.response.headers, "");
  EXPECT_EQ(exchange.response.status, 200);
  EXPECT_EQ(exchange.request.authorization.count, 0U);
  EXPECT_EQ(exchange.request.id, 0U);
  EXPECT_FALSE(exchange.has_grown());
  exchange.input.make_room(Exchange::input_capacity + 1);
  EXPECT_TRUE(exchange.has_grown());
}

TEST(Output, GrowsByAtLeastWhatIsNeeded) {
  std::string text = "abc";
  reserve_more(text, 100);
  EXPECT_EQ(text, "abc");
  EXPECT_GE(text.capacity(), 103U);
  const auto* const place = text.data();
  reserve_more(text, 100);
  EXPECT_EQ(text.data(), place);
}

class CountingTask final : public Task {
 public:
  explicit CountingTask(std::atomic<int>& count) : count_(count) {}
  void run() noexcept override { ++count_; }
  void run_together(std::span<Task* const> tasks) noexcept override {
    count_ += static_cast<int>(tasks.size());
  }

 private:
  std::atomic<int>& count_;
};

TEST(Pool, DoesAllItTookBeforeItEnds) {
  std::atomic<int> done{0};
  CountingTask task(done);
  int taken = 0;
  {
    Pool pool(4, 100);
    for (int i = 0; i < 1000; ++i) taken += pool.submit(task, Pool::Lane::first);
  }
  EXPECT_GE(taken, 100);
  EXPECT_EQ(done, taken);
}

/// Notes the order in which tasks run.
class Noted final : public Task {
 public:
  Noted(std::string& order, char name) : order_(order), name_(name) {}
  void run() noexcept override { order_ += name_; }
  void run_together(std::span<Task* const> tasks) noexcept override {
    order_ += '(';
    for (auto* const task : tasks) static_cast<Noted*>(task)->run();
    order_ += ')';
  }

 private:
  std::string& order_;
  char name_;
};

/// Keeps a thread of the pool until it may go.
class Gate final : public Task {
 public:
  void run() noexcept override {
    reached.wake();
    opened.wait();
  }
  void run_together(std::span<Task* const> /*tasks*/) noexcept override { run(); }
  Wakeup reached;
  Wakeup opened;
};

TEST(Pool, DoesWhatComesInBulkAfterAllElseAndTogether) {
  std::string order;
  Noted a(order, 'a'), b(order, 'b'), c(order, 'c'), d(order, 'd');
  Gate gate;
  {
    Pool pool(1, 2);
    ASSERT_TRUE(pool.submit(gate, Pool::Lane::bulk));
    gate.reached.wait();
    EXPECT_TRUE(pool.submit(a, Pool::Lane::bulk));
    EXPECT_TRUE(pool.submit(b, Pool::Lane::bulk));
    EXPECT_FALSE(pool.submit(c, Pool::Lane::bulk)) << "this lane is full";
    EXPECT_TRUE(pool.submit(c, Pool::Lane::first)) << "the other one is not";
    EXPECT_TRUE(pool.submit(d, Pool::Lane::first));
    gate.opened.wake();
  }
  EXPECT_EQ(order, "cd(ab)");
}

TEST(Pool, KeepsThreadsFreeOfWhatComesInBulk) {
  std::string order;
  Noted a(order, 'a'), b(order, 'b');
  Gate bulk[limits::bulk_threads], first;
  {
    Pool pool(limits::bulk_threads + 1, 2);
    for (auto& gate : bulk) {
      ASSERT_TRUE(pool.submit(gate, Pool::Lane::bulk));
      gate.reached.wait();
    }
    EXPECT_TRUE(pool.submit(a, Pool::Lane::bulk));
    // Time for the thread that is free to take what it must not.
    for (int i = 0; i < 10'000; ++i) std::this_thread::yield();
    EXPECT_TRUE(pool.submit(b, Pool::Lane::bulk));
    EXPECT_TRUE(pool.submit(first, Pool::Lane::first));
    first.reached.wait();
    first.opened.wake();
    for (auto& gate : bulk) gate.opened.wake();
  }
  EXPECT_EQ(order, "(ab)");
}

TEST(Pool, RefusesMoreThanItsQueueHolds) {
  std::atomic<int> done{0};
  CountingTask task(done);
  Pool pool(0, 2);
  EXPECT_TRUE(pool.submit(task, Pool::Lane::first));
  EXPECT_TRUE(pool.submit(task, Pool::Lane::first));
  EXPECT_FALSE(pool.submit(task, Pool::Lane::first));
  EXPECT_EQ(done, 0);
}

TEST(Admission, BoundsConnectionsPerAddressAndOverall) {
  Bounds bounds;
  bounds.connections = 3;
  bounds.connections_per_address = 2;
  Admission admission(bounds);
  http::Address a;
  a.bytes[15] = 1;
  http::Address b;
  b.bytes[15] = 2;
  EXPECT_TRUE(admission.enter(a));
  EXPECT_TRUE(admission.enter(a));
  EXPECT_FALSE(admission.enter(a));
  EXPECT_TRUE(admission.enter(b));
  EXPECT_FALSE(admission.enter(b));
  admission.leave(a);
  EXPECT_TRUE(admission.enter(b));
  EXPECT_FALSE(admission.enter(a));
}

TEST(Admission, LetsAProxyHaveTheConnectionsOfAllItsCallers_NET_2) {
  Bounds bounds;
  bounds.connections = 4;
  bounds.connections_per_address = 1;
  Admission admission(bounds);
  http::Address proxy;
  proxy.bytes[15] = 1;
  http::Address other;
  other.bytes[15] = 2;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(admission.enter(proxy, /*is_proxy=*/true));
  EXPECT_TRUE(admission.enter(other));
  EXPECT_FALSE(admission.enter(proxy, /*is_proxy=*/true));
  for (int i = 0; i < 3; ++i) admission.leave(proxy);
  EXPECT_FALSE(admission.enter(other));
}

TEST(Admission, BoundsTheMemoryOfLargeRequests) {
  Bounds bounds;
  bounds.grown_input_bytes = 100;
  Admission admission(bounds);
  EXPECT_TRUE(admission.grow_input(100));
  EXPECT_FALSE(admission.grow_input(1));
  admission.give_back_input(50);
  EXPECT_TRUE(admission.grow_input(50));
}

}  // namespace
}  // namespace claviger::net
