#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>

#include "http/request.h"
#include "net/exchange.h"
#include "net/pool.h"
#include "net/transport.h"

namespace claviger::net {

struct Edge;
class Loop;

using SteadyTime = std::chrono::steady_clock::time_point;

/// Something that a loop's epoll reports on.
class EventTarget {
 public:
  /// `events` as of epoll_wait.
  virtual void on_events(std::uint32_t events) = 0;
  /// Gives up what it is doing, after an exception.
  virtual void abandon() noexcept = 0;

 protected:
  ~EventTarget() = default;
};

/// One connection: reads requests, has them answered in order, writes the answers. It belongs to
/// one loop and all of it runs on that loop's thread, but for `run` and `run_together`, which is
/// the handler waiting on a thread of the pool; meanwhile nothing else touches the exchange.
///
///   handshake → idle    (by TLS alone)
///   idle → head → body ─→ waiting ─→ idle        (pipelined: straight on to the next head)
///                    └──────┴─────→ skipping → idle
///   waiting → sending ⇄ waiting, and on as above   (a body that is made piece by piece)
///   any → lingering → closed
///
/// While output is unsent nothing is read and no further request is answered.
class Connection final : public EventTarget, private Task {
 public:
  Connection(Loop& loop, Edge& edge, Transport transport, const http::Address& peer);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Begins to listen to the peer; false if the system refuses that.
  [[nodiscard]] bool start();
  void on_events(std::uint32_t events) override;
  /// The pool has answered the request that was waiting.
  void on_answer();
  /// To be called now and then: acts if a deadline has passed.
  void on_sweep(SteadyTime now);
  /// The server stops: closes, unless a request is under way, which is still answered.
  void on_stop();
  /// Closes, whatever is under way; only work in the pool is waited for.
  void abandon() noexcept override;

  std::size_t place = 0;  // for the loop: where it keeps this connection

 private:
  enum class Phase : std::uint8_t {
    handshake,  // of TLS, not over yet
    idle,       // between two requests
    head,       // a part of a head has come
    body,       // the head has come, a part of the body has not
    waiting,    // the request is in the pool
    sending,    // the answer's head is given, and its body as far as it is made
    skipping,   // the answer is given, the rest of a body that meant nothing is read past
    lingering,  // the last answer is given, what else comes is read past
    closed,
  };

  void run() noexcept override;
  void run_together(std::span<Task* const> tasks) noexcept override;

  // Reading
  void shake_hands();
  void fail_handshake(const char* why);
  void read();
  bool make_room();
  void advance();
  bool step();
  bool read_head();
  bool head_may_be_complete() const;
  bool begin_request();
  bool read_chunks();
  bool read_sized_body();
  bool skip_body();

  // Answering
  bool answer();
  bool refuse(int status, std::string_view reason);
  void write_answer();
  void end_answer();
  void write_piece();
  bool ask_for_piece();

  // Writing
  bool has_output() const { return exchange_ != nullptr && !exchange_->output.empty(); }
  bool flush();
  void rest();
  void wait_for_more();
  void finish();
  void read_past();
  void close();

  /// How long this phase may last.
  std::chrono::milliseconds patience() const;
  void enter(Phase phase);
  void watch(std::uint32_t events);
  void join(Pool::Lane side);
  void release_exchange();

  Loop& loop_;
  Edge& edge_;
  Transport transport_;
  std::unique_ptr<Exchange> exchange_;
  SteadyTime deadline_;
  SteadyTime started_{};          // when the request under way had come
  std::size_t examined_ = 0;      // bytes of an incomplete head that were looked at
  std::size_t request_size_ = 0;  // bytes of the request under way at the input's front
  std::uint64_t to_skip_ = 0;     // bytes of a sized body that are still to be read past
  http::Address peer_;            // of the socket, be it a proxy's
  std::uint32_t watched_ = 0;     // events that epoll is asked for
  Phase phase_ = Phase::idle;
  Pool::Lane side_ = Pool::Lane::first;  // of the loop, as the last request was
  const bool is_proxy_;                // the peer is a trusted proxy, which says whom it calls for
  const bool is_stranger_;             // the peer may not speak plain HTTP with this server
  bool skips_body_ = false;            // the request under way has a body that means nothing
  bool sends_body_ = false;            // the answer under way has its body made piece by piece
  bool ends_after_body_ = false;       // and is the connection's last
  http::BodySource::Outcome piece_{};  // what came of its latest piece
  bool is_last_ = false;               // the answer under way is the connection's last
  bool must_linger_ = false;           // more may come that will not be read
  bool has_ended_ = false;             // the peer sends no more
};

}  // namespace claviger::net
