#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "net/connection.h"
#include "net/edge.h"
#include "net/socket.h"

namespace claviger::net {

/// One thread's share of the server: its listening sockets, its connections, and the one epoll
/// that tells about them. Deadlines are looked after by one sweep over the connections now and
/// then, not by a timer for each.
class Loop {
 public:
  /// `request_ids` is any random number: where this loop's request ids begin.
  Loop(Edge& edge, std::vector<Fd> listeners, std::uint64_t request_ids);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Whether the system gave all that it takes to wait for connections.
  bool is_watching() const { return is_watching_; }
  /// Serves until the server stops and all that was in flight is answered.
  void run();
  /// Wakes the loop up to look whether the server stops. Safe in a signal handler.
  void wake() noexcept;
  /// Hands a connection's request back from the pool; true: the loop may sleep and is to be woken.
  /// Safe for all threads.
  [[nodiscard]] bool add_answer(Connection& connection) noexcept;

  // For its connections
  SteadyTime now() const { return now_; }
  /// The value of the Date header.
  std::string_view date() const { return date_; }
  std::uint64_t next_request_id();
  bool watch(int fd, EventTarget& target, std::uint32_t events, int operation,
             Pool::Lane side = Pool::Lane::first);
  /// The pool takes no more in bulk: its side is left alone until answers have come from there.
  void pause_bulk();
  std::unique_ptr<Exchange> take_exchange();
  void give_back(std::unique_ptr<Exchange> exchange);
  /// Destroys a connection that is closed, once this turn of the loop is over.
  void forget(Connection& connection);

 private:
  class Listener;
  class Waker;
  class BulkSide;

  template <class Work>
  void guard(EventTarget& target, Work&& work) noexcept;
  void look_at_the_clock();
  int patience() const;
  int time_to_sweep() const;
  void serve(std::span<const epoll_event> events);
  void serve_bulk();
  void resume_bulk();
  void add(Fd socket, const http::Address& peer);
  void turn_away(Fd socket, const http::Address& peer);
  void pause_accepting(int error);
  void take_answers();
  bool has_answers() const { return next_answer_ != taken_answers_.size(); }
  void give_answers(std::size_t most);
  void sweep();
  void report();
  void begin_stop();

  Edge& edge_;
  Fd epoll_;
  /// Of the connections whose last request came in bulk. It is watched by the other one, and what
  /// it tells of is served in bites, so that other connections do not wait for all of that.
  Fd bulk_epoll_;
  std::unique_ptr<BulkSide> bulk_side_;
  std::unique_ptr<Waker> waker_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::unique_ptr<Exchange>> spare_exchanges_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<std::unique_ptr<Connection>> closed_;
  SteadyTime now_{};
  SteadyTime next_sweep_{};
  SteadyTime date_until_{};  // when the text of the date is to be made anew
  SteadyTime stop_by_{};
  std::string date_;
  std::uint64_t request_id_;
  std::size_t turned_away_ = 0;  // connections over the bounds since the last sweep
  SteadyTime bulk_pause_ends_{};
  bool bulk_is_ready_ = false;
  bool bulk_is_paused_ = false;
  bool is_watching_ = false;
  bool is_accepting_ = true;
  bool is_stopping_ = false;

  Mutex answers_mutex_;
  std::vector<Connection*> answers_ GUARDED_BY(answers_mutex_);
  std::vector<Connection*> taken_answers_;
  std::size_t next_answer_ = 0;  // of those, the first that is not given yet
};

}  // namespace claviger::net
