// What a server makes of connections: bounds, deadlines, the pool, stopping.
#include "net/server.h"

#include <sys/resource.h>

#include <deque>
#include <filesystem>
#include <iterator>
#include <optional>
#include <thread>
#include <vector>

#include "net/server_test_support.h"

namespace claviger::net {
namespace {

using std::chrono::milliseconds;

Server::Options short_deadlines() {
  Server::Options options;
  auto& b = options.bounds;
  b.head_deadline = b.body_deadline = b.write_deadline = b.idle_deadline = milliseconds(100);
  b.sweep_interval = milliseconds(10);
  return options;
}

using Deadlines = ServerTest;

TEST_F(Deadlines, EndSlowHeads_NET_4) {
  serve(short_deadlines());
  auto c = client();
  c.send("GET /fast HTTP/1.1\r\nHost");
  const auto all = c.all();
  EXPECT_EQ(status_of(all), 408);
  EXPECT_TRUE(has_header(all, "Connection: close"));
}

TEST_F(Deadlines, AreForTheWholeHeadNotBetweenBytes_NET_4) {
  serve(short_deadlines());
  auto c = client();
  c.send("GET /fast HTTP/1.1\r\n");
  int lines = 0;
  while (!c.hears_within(milliseconds(5)) && lines < 99) {
    c.send("X: y\r\n");
    ++lines;
  }
  EXPECT_LT(lines, 99);
  EXPECT_EQ(status_of(c.answer()), 408);
}

TEST_F(Deadlines, EndSlowBodies_NET_4) {
  serve(short_deadlines());
  for (const auto& head : {request("POST", "/echo", "Content-Length: 4\r\n"),
                           request("POST", "/echo", "Transfer-Encoding: chunked\r\n")}) {
    auto c = client();
    c.send(head + "1");
    EXPECT_EQ(status_of(c.all()), 408);
  }
}

TEST_F(Deadlines, EndIdleConnectionsWithoutAWord) {
  serve(short_deadlines());
  auto c = client();
  EXPECT_TRUE(c.is_closed());
  auto used = client();
  used.send(request("GET", "/fast"));
  EXPECT_EQ(status_of(used.answer()), 200);
  EXPECT_TRUE(used.is_closed());
}

TEST_F(Deadlines, EndSlowReaders_NET_4) {
  auto options = short_deadlines();
  options.bounds.unread_output_bytes = 1000;
  options.bounds.head_deadline = options.bounds.idle_deadline = milliseconds(60'000);
  serve(options);
  auto c = client();
  c.set_small_receive_buffer();
  std::string all;
  for (int i = 0; i < 40; ++i) all += request("GET", "/large");
  c.send(all);
  // This one comes later and has as much time, so the slow reader is cut off before it.
  EXPECT_EQ(status_of(ask(request("POST", "/echo", "Content-Length: 4\r\n"))), 408);
  EXPECT_LT(c.all().size(), 40 * ToyHandler::large_size);
  // What is not read is not made ready either.
  EXPECT_LT(handler_.answered_count(), 40);
}

TEST_F(Deadlines, DoNotEndWorkInThePool) {
  serve(short_deadlines());
  auto c = client();
  c.send(request("GET", "/gate"));
  handler_.await_at_gate(1);
  auto idle = client();
  EXPECT_TRUE(idle.is_closed());  // so a deadline has passed
  handler_.open_gate();
  EXPECT_EQ(body_of(c.answer()), "/gate");
}

/// A server with one thread in the pool, which a request keeps until the gate opens, and with room
/// for one more in each queue.
class FullPool : public ServerTest {
 protected:
  FullPool() {
    Server::Options options;
    options.bounds.pool_threads = 1;
    options.bounds.pool_queue = 1;
    serve(options);
    at_work_.emplace(client());
    at_work_->send(request("GET", "/gate"));
    handler_.await_at_gate(1);
  }
  std::optional<Client> at_work_;
};

TEST_F(FullPool, TakesOtherWorkWhenWhatComesInBulkIsRefused) {
  auto bulk = client();
  bulk.send(request("GET", "/bulk"));
  auto refused = client();
  refused.send(request("GET", "/bulk"));
  EXPECT_EQ(status_of(refused.answer()), 503);
  auto other = client();
  other.send(request("GET", "/wait"));
  handler_.open_gate();
  EXPECT_EQ(body_of(other.answer()), "/wait");
  EXPECT_EQ(body_of(bulk.answer()), "/bulk");
}

// A refusal pauses the side of what comes in bulk. Nobody waits there for ever.
TEST_F(FullPool, GoesOnRefusingWhatComesInBulk) {
  auto bulk = client();
  bulk.send(request("GET", "/bulk"));
  std::vector<Client> refused;
  for (int i = 0; i < 20; ++i) {
    refused.push_back(client());
    EXPECT_TRUE(refused.back().send(request("GET", "/bulk")));
  }
  for (int round = 0; round < 3; ++round)
    for (auto& c : refused) {
      EXPECT_EQ(status_of(c.answer()), 503);
      EXPECT_TRUE(c.send(request("GET", "/bulk")));
    }
  handler_.open_gate();
  EXPECT_EQ(body_of(bulk.answer()), "/bulk");
  for (auto& c : refused) EXPECT_NE(c.answer(), "");
  refused.front().send(request("GET", "/bulk"));
  EXPECT_EQ(body_of(refused.front().answer()), "/bulk");
}

TEST_F(ServerTest, AConnectionMayBringBulkAndOthersInTurn) {
  serve();
  auto c = client();
  for (int round = 0; round < 3; ++round) {
    for (const auto* path : {"/bulk", "/fast", "/bulk", "/wait"}) {
      c.send(request("GET", path));
      EXPECT_EQ(body_of(c.answer()), path);
    }
    c.send(request("GET", "/bulk") + request("GET", "/fast") + request("GET", "/bulk"));
    for (const auto* path : {"/bulk", "/fast", "/bulk"}) EXPECT_EQ(body_of(c.answer()), path);
  }
}

TEST_F(FullPool, RefusesMoreWorkThanItHolds) {
  auto queued = client();
  queued.send(request("GET", "/wait"));
  auto refused = client();
  refused.send(request("GET", "/wait") + request("GET", "/fast") + request("GET", "/wait"));
  const auto answer = refused.answer();
  EXPECT_EQ(status_of(answer), 503);
  EXPECT_TRUE(has_header(answer, "Retry-After: 1"));
  EXPECT_EQ(body_of(refused.answer()), "/fast");  // being refused does not end the connection
  EXPECT_EQ(status_of(refused.answer()), 503);
  handler_.open_gate();
  EXPECT_EQ(body_of(at_work_->answer()), "/gate");
  EXPECT_EQ(body_of(queued.answer()), "/wait");
  refused.send(request("GET", "/wait"));
  EXPECT_EQ(body_of(refused.answer()), "/wait");
}

TEST_F(ServerTest, OutlivesPeersThatGoWhileItWorksForThem) {
  serve();
  for (int i = 0; i < 20; ++i) {
    auto c = client();
    c.send(request("GET", "/gate") + request("GET", "/fast"));
    handler_.await_at_gate(i + 1);
    if (i % 2 == 0) c.send("more that is not read");
  }
  EXPECT_EQ(body_of(ask(request("GET", "/fast"))), "/fast");
  handler_.open_gate();
  EXPECT_EQ(body_of(ask(request("GET", "/wait"))), "/wait");
  server_->stop();
  server_->join();
  EXPECT_GE(handler_.answered_count(), 22);  // what was done for them is logged
}

TEST_F(ServerTest, KeepsRequestsApartThatComeWhileOneWaits) {
  serve();
  auto c = client();
  c.send(request("GET", "/gate"));
  handler_.await_at_gate(1);
  c.send(request("GET", "/1") + post("/echo", std::string(20'000, 'x')) + request("GET", "/2"));
  EXPECT_EQ(body_of(ask(request("GET", "/fast"))), "/fast");
  handler_.open_gate();
  EXPECT_EQ(body_of(c.answer()), "/gate");
  EXPECT_EQ(body_of(c.answer()), "/1");
  EXPECT_EQ(body_of(c.answer()).size(), 20'000U);
  EXPECT_EQ(body_of(c.answer()), "/2");
}

TEST_F(ServerTest, HoldsAThousandConnections) {
  Server::Options options;
  options.workers = 2;
  serve(options);
  std::deque<Client> clients;
  for (int i = 0; i < 1000; ++i) clients.push_back(client());
  for (int round = 0; round < 3; ++round) {
    for (auto& c : clients) c.send(request("GET", "/fast") + post("/echo", "x"));
    for (auto& c : clients) {
      ASSERT_EQ(body_of(c.answer()), "/fast");
      ASSERT_EQ(body_of(c.answer()), "x");
    }
  }
}

TEST_F(ServerTest, BoundsItsConnections_NET_4) {
  Server::Options options;
  options.bounds.connections = 3;
  options.bounds.connections_per_address = 2;
  options.bounds.sweep_interval = milliseconds(10);
  options.listen = {{"127.0.0.1", 0}, {"::1", 0}};
  serve(options);
  const auto& v4 = server_->addresses()[0];
  const auto& v6 = server_->addresses()[1];
  const auto is_served = [](Client& c) {
    c.send(request("GET", "/fast"));
    return status_of(c.answer()) == 200;
  };
  Client first(v4);
  EXPECT_TRUE(is_served(first));
  Client second(v4);
  EXPECT_TRUE(is_served(second));
  Client third(v4);
  const auto refusal = third.all();
  EXPECT_EQ(status_of(refusal), 503);
  EXPECT_TRUE(has_header(refusal, "Connection: close"));
  Client elsewhere(v6);
  EXPECT_TRUE(is_served(elsewhere));
  Client fifth(v6);
  EXPECT_EQ(status_of(fifth.all()), 503);
  first.close();
  // Its place is free once the server has noticed.
  bool is_free = false;
  for (int i = 0; i < 1000 && !is_free; ++i) {
    Client c(v4);
    is_free = is_served(c);
  }
  EXPECT_TRUE(is_free);
  EXPECT_TRUE(await_in_log("connections_turned_away"));
}

TEST_F(ServerTest, BoundsTheMemoryOfLargeRequests_NET_4) {
  Server::Options options;
  options.bounds.grown_input_bytes = 100 * KiB;
  serve(options);
  auto first = client();
  first.send(request("POST", "/echo", "Content-Length: 60000\r\n") + std::string(5000, 'x'));
  auto second = client();
  second.send(request("POST", "/echo", "Content-Length: 60000\r\n") + std::string(5000, 'x'));
  EXPECT_EQ(status_of(second.answer()), 503);
  first.send(std::string(55'000, 'x'));
  EXPECT_EQ(body_of(first.answer()).size(), 60'000U);
  first.send(post("/echo", std::string(60'000, 'x')));
  EXPECT_EQ(body_of(first.answer()).size(), 60'000U);
}

TEST_F(ServerTest, ListensOnSeveralAddressesWithAllItsWorkers) {
  Server::Options options;
  options.workers = 4;
  options.listen = {{"127.0.0.1", 0}, {"::1", 0}};
  serve(options);
  ASSERT_EQ(server_->addresses().size(), 2U);
  for (const auto& address : server_->addresses()) {
    EXPECT_NE(address.port, 0);
    for (int i = 0; i < 20; ++i) {
      Client c(address);
      c.send(request("GET", "/fast"));
      EXPECT_EQ(status_of(c.answer()), 200);
    }
  }
  EXPECT_EQ(listen_address_text({"::1", 80}), "[::1]:80");
}

TEST_F(ServerTest, DoesNotShareItsPortWithAnotherServer) {
  serve();
  const auto again =
      Server::open({.listen = server_->addresses()}, handler_, clock_, random_, *log_);
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().fields.front().message.find("Address already in use"), std::string::npos);
  const auto nonsense =
      Server::open({.listen = {{"localhost", 0}}}, handler_, clock_, random_, *log_);
  EXPECT_FALSE(nonsense);
}

TEST_F(ServerTest, WaitsWhenDescriptorsRunOut) {
  Server::Options options;
  options.bounds.sweep_interval = milliseconds(10);
  prepare(options);
  auto c = client();  // not accepted before the start
  c.send(request("GET", "/fast"));
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{.rlim_cur = 3, .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &none);
  server_->start();
  const bool has_warned = await_in_log("cannot_accept");
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_TRUE(has_warned);
  EXPECT_EQ(status_of(c.answer()), 200);
}

class Stopping : public ServerTest {
 protected:
  void stop_and_join() {
    server_->stop();
    server_->join();
  }
};

TEST_F(Stopping, FinishesWhatIsInFlightAndClosesTheRest) {
  serve();
  auto idle = client();
  idle.send(request("GET", "/fast"));
  EXPECT_EQ(status_of(idle.answer()), 200);
  auto in_flight = client();
  in_flight.send(request("GET", "/gate") + request("GET", "/never"));
  handler_.await_at_gate(1);
  auto half_sent = client();
  half_sent.send(request("POST", "/echo", "Content-Length: 4\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(half_sent.answer(), "HTTP/1.1 100 Continue\r\n\r\n");
  server_->stop();
  EXPECT_TRUE(idle.is_closed());
  EXPECT_FALSE(client().is_open());
  half_sent.send("body");
  const auto rest = half_sent.all();
  EXPECT_EQ(body_of(rest), "body");
  EXPECT_TRUE(has_header(rest, "Connection: close"));
  handler_.open_gate();
  const auto answer = in_flight.answer();
  EXPECT_EQ(body_of(answer), "/gate");
  EXPECT_TRUE(has_header(answer, "Connection: close"));
  in_flight.half_close();
  EXPECT_TRUE(in_flight.is_closed());
  server_->join();
}

TEST_F(Stopping, WaitsForUnfinishedRequestsOnlySoLong) {
  Server::Options options;
  options.bounds.drain_deadline = milliseconds(50);
  options.bounds.sweep_interval = milliseconds(10);
  serve(options);
  auto c = client();
  c.send(request("POST", "/echo", "Content-Length: 4\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(c.answer(), "HTTP/1.1 100 Continue\r\n\r\n");
  stop_and_join();
  EXPECT_TRUE(c.is_closed());
}

TEST_F(Stopping, ReadsWhatHasComeBeforeItCloses) {
  for (int i = 0; i < 50; ++i) {
    serve();
    auto c = client();
    c.send(request("GET", "/fast"));
    EXPECT_EQ(status_of(c.answer()), 200);
    c.send(request("GET", "/fast"));
    server_->stop();
    const auto answer = c.all();
    EXPECT_EQ(body_of(answer), "/fast");
    server_->join();
  }
}

/// Whether this process comes to have so many threads within some seconds: one that was joined may
/// still be listed for a moment.
bool await_threads(std::ptrdiff_t count) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (std::chrono::steady_clock::now() < deadline) {
    const std::filesystem::directory_iterator tasks("/proc/self/task");
    if (std::distance(begin(tasks), end(tasks)) == count) return true;
    std::this_thread::yield();
  }
  return false;
}

// A thread of the pool that is still about to wake a loop must not find it gone.
TEST_F(Stopping, EndsTheThreadsOfThePoolBeforeTheLoopsAreGone) {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  const auto before = std::distance(begin(tasks), end(tasks));
  serve();
  EXPECT_EQ(status_of(ask(request("GET", "/wait"))), 200);
  stop_and_join();
  EXPECT_TRUE(await_threads(before + 1)) << "the log has a thread";
}

TEST_F(Stopping, IsPossibleBeforeTheStartAndTwice) {
  serve();
  stop_and_join();
  stop_and_join();
  auto server = Server::open({.listen = {{"127.0.0.1", 0}}}, handler_, clock_, random_, *log_);
  ASSERT_TRUE(server);
}

}  // namespace
}  // namespace claviger::net
