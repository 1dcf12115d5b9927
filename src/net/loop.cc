#include "net/loop.h"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/secret.h"
#include "http/response_writer.h"

namespace claviger::net {
namespace {

constexpr int kEventsPerTurn = 256;
constexpr int kBulkEventsPerTurn = 8;
constexpr int kAcceptsPerTurn = 64;
// Those of a group commit come all at once, and checks are not to wait for all of them. But in a
// turn with more requests than that it is as many answers, or they would never catch up.
constexpr std::size_t kAnswersPerTurnMin = 8;
constexpr std::size_t kSpareExchanges = 64;
constexpr std::chrono::milliseconds kDateLasts{250};
constexpr std::chrono::milliseconds kBulkPause{10};  // at most, without answers

}  // namespace

/// A listening socket.
class Loop::Listener final : public EventTarget {
 public:
  Listener(Loop& loop, Fd socket) : loop_(loop), socket_(std::move(socket)) {}

  void on_events(std::uint32_t /*events*/) override {
    for (int i = 0; i < kAcceptsPerTurn; ++i) {
      sockaddr_storage address{};
      socklen_t size = sizeof address;
      Fd socket(::accept4(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size,
                          SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (socket.is_open()) {
        loop_.add(std::move(socket), peer_of(address));
        continue;
      }
      if (errno == EAGAIN || errno == EWOULDBLOCK) return;
      const bool lacks_resources =
          errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
      if (lacks_resources) return loop_.pause_accepting(errno);
      // Anything else is about that one connection, which is gone.
    }
  }

  void abandon() noexcept override {}

  bool watch(std::uint32_t events, int operation) {
    return loop_.watch(socket_.get(), *this, events, operation);
  }

 private:
  Loop& loop_;
  Fd socket_;
};

/// What other threads wake the loop up by.
class Loop::Waker final : public EventTarget {
 public:
  explicit Waker(Loop& loop) : loop_(loop), event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

  void on_events(std::uint32_t /*events*/) override {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto size = ::read(event_.get(), &count, sizeof count);
    loop_.take_answers();
  }

  void abandon() noexcept override {}

  void wake() const noexcept {
    const int error = errno;  // of the code that a signal interrupted
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto size = ::write(event_.get(), &one, sizeof one);
    errno = error;
  }

  bool watch() { return loop_.watch(event_.get(), *this, EPOLLIN, EPOLL_CTL_ADD); }

 private:
  Loop& loop_;
  Fd event_;
};

/// What tells that there is something on the side of what comes in bulk.
class Loop::BulkSide final : public EventTarget {
 public:
  explicit BulkSide(Loop& loop) : loop_(loop) {}
  void on_events(std::uint32_t /*events*/) override { loop_.bulk_is_ready_ = true; }
  void abandon() noexcept override {}
  bool watch(std::uint32_t events, int operation) {
    return loop_.watch(loop_.bulk_epoll_.get(), *this, events, operation);
  }

 private:
  Loop& loop_;
};

Loop::Loop(Edge& edge, std::vector<Fd> listeners, std::uint64_t request_ids)
    : edge_(edge),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      bulk_epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      bulk_side_(std::make_unique<BulkSide>(*this)),
      waker_(std::make_unique<Waker>(*this)),
      request_id_(request_ids) {
  spare_exchanges_.reserve(kSpareExchanges);
  answers_.reserve(edge.bounds.connections);  // so that an answer never needs memory
  taken_answers_.reserve(answers_.capacity());
  for (auto& socket : listeners)
    listeners_.push_back(std::make_unique<Listener>(*this, std::move(socket)));
  is_watching_ = waker_->watch() && bulk_side_->watch(EPOLLIN, EPOLL_CTL_ADD);
  for (const auto& listener : listeners_)
    is_watching_ = is_watching_ && listener->watch(EPOLLIN, EPOLL_CTL_ADD);
}

Loop::~Loop() = default;

void Loop::run() {
  std::array<epoll_event, kEventsPerTurn> events;
  while (!is_stopping_ || !connections_.empty()) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), kEventsPerTurn, patience());
    const auto number = static_cast<std::size_t>(std::max(count, 0));
    look_at_the_clock();
    serve(std::span(events).first(number));
    if (bulk_is_ready_) serve_bulk();
    give_answers(std::max(kAnswersPerTurnMin, number));
    if (bulk_is_paused_ && now_ >= bulk_pause_ends_) resume_bulk();
    if (edge_.is_stopping.load() && !is_stopping_) begin_stop();
    if (now_ >= next_sweep_) sweep();
    closed_.clear();
  }
  report();
}

void Loop::serve(std::span<const epoll_event> events) {
  for (const auto& event : events) {
    auto& target = *static_cast<EventTarget*>(event.data.ptr);
    guard(target, [&] { target.on_events(event.events); });
  }
}

void Loop::serve_bulk() {
  bulk_is_ready_ = false;
  std::array<epoll_event, kBulkEventsPerTurn> events;
  const int count = ::epoll_wait(bulk_epoll_.get(), events.data(), kBulkEventsPerTurn, 0);
  serve(std::span(events).first(static_cast<std::size_t>(std::max(count, 0))));
}

/// Refusing costs time as well, which what is in the pool needs.
void Loop::pause_bulk() {
  bulk_pause_ends_ = now_ + kBulkPause;
  if (!bulk_is_paused_) bulk_is_paused_ = bulk_side_->watch(0, EPOLL_CTL_MOD);
}

void Loop::resume_bulk() {
  bulk_is_paused_ = !bulk_side_->watch(EPOLLIN, EPOLL_CTL_MOD);
}

/// How long epoll may wait, in milliseconds.
int Loop::patience() const {
  if (has_answers()) return 0;
  const int sweep = time_to_sweep();
  if (!bulk_is_paused_) return sweep;
  constexpr int pause = kBulkPause.count();
  return sweep < 0 ? pause : std::min(sweep, pause);
}

/// Logs what would be too much to log each time.
void Loop::report() {
  if (turned_away_ != 0)
    edge_.log.write(LogLevel::warning, "connections_turned_away", {{"count", turned_away_}});
  turned_away_ = 0;
}

/// Does what works for `target`, and has that give up should it throw: a lack of memory for one
/// connection must not end the others.
template <class Work>
void Loop::guard(EventTarget& target, Work&& work) noexcept {
  try {
    std::forward<Work>(work)();
  } catch (...) {
    target.abandon();
  }
}

void Loop::look_at_the_clock() {
  now_ = std::chrono::steady_clock::now();
  if (now_ < date_until_) return;
  date_ = http::http_date(edge_.clock.now());
  date_until_ = now_ + kDateLasts;
}

/// How long epoll may wait, in milliseconds: with nothing to look after, for ever.
int Loop::time_to_sweep() const {
  if (connections_.empty() && is_accepting_) return -1;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next_sweep_ - now_).count();
  return static_cast<int>(std::max<std::int64_t>(wait, 0));
}

void Loop::sweep() {
  next_sweep_ = now_ + edge_.bounds.sweep_interval;
  const bool is_over = is_stopping_ && now_ >= stop_by_;
  // A connection that closes leaves its place to the last one.
  for (std::size_t i = connections_.size(); i-- > 0;) {
    Connection& connection = *connections_[i];
    if (is_over)
      connection.abandon();
    else
      guard(connection, [&] { connection.on_sweep(now_); });
  }
  report();
  if (!is_accepting_ && !is_stopping_) {
    is_accepting_ = true;
    for (const auto& listener : listeners_) listener->watch(EPOLLIN, EPOLL_CTL_MOD);
  }
}

/// Out of descriptors or memory: connections wait in the kernel until the next sweep, instead of
/// making epoll report them again and again.
void Loop::pause_accepting(int error) {
  if (!is_accepting_) return;
  is_accepting_ = false;
  for (const auto& listener : listeners_) listener->watch(0, EPOLL_CTL_MOD);
  const auto why = std::system_category().message(error);
  edge_.log.write(LogLevel::warning, "cannot_accept", {{"error", why}});
}

void Loop::add(Fd socket, const http::Address& peer) {
  if (!edge_.admission.enter(peer)) return turn_away(std::move(socket), peer);
  auto connection = std::make_unique<Connection>(*this, edge_, Transport(std::move(socket)), peer);
  if (!connection->start()) return;
  connection->place = connections_.size();
  connections_.push_back(std::move(connection));
  // So that closing one never needs memory.
  if (closed_.capacity() < connections_.size()) closed_.reserve(connections_.capacity());
}

/// Says 503 as far as that goes without waiting.
void Loop::turn_away(Fd socket, const http::Address& peer) {
  ++turned_away_;
  http::Request request;
  request.peer = peer;
  request.id = next_request_id();
  http::Response response;
  edge_.handler.refuse(503, "There are too many connections.", request, response);
  std::string bytes;
  http::write_response(bytes, response, {.date = date(), .request_id = request.id, .close = true});
  Transport transport(std::move(socket));
  [[maybe_unused]] const auto sent = transport.send(bytes);
  transport.finish_sending();
  // What is left unread would make the close a reset, and the answer could be lost.
  std::array<char, 4 * KiB> bytes_read;
  const auto received = transport.receive(bytes_read);
  if (received.state == Transfer::State::done) wipe(bytes_read.data(), received.size);
}

void Loop::begin_stop() {
  is_stopping_ = true;
  stop_by_ = now_ + edge_.bounds.drain_deadline;
  next_sweep_ = std::min(next_sweep_, now_ + edge_.bounds.sweep_interval);
  listeners_.clear();
  for (std::size_t i = connections_.size(); i-- > 0;) {
    Connection& connection = *connections_[i];
    guard(connection, [&] { connection.on_stop(); });
  }
}

void Loop::forget(Connection& connection) {
  const auto place = connection.place;
  closed_.push_back(std::move(connections_[place]));
  if (place + 1 != connections_.size()) {
    connections_[place] = std::move(connections_.back());
    connections_[place]->place = place;
  }
  connections_.pop_back();
}

void Loop::wake() noexcept {
  waker_->wake();
}

bool Loop::add_answer(Connection& connection) noexcept {
  Lock lock(answers_mutex_);
  answers_.push_back(&connection);
  return answers_.size() == 1;
}

/// Takes what the pool has answered, once what was taken before is given.
void Loop::take_answers() {
  if (has_answers()) return;
  taken_answers_.clear();
  next_answer_ = 0;
  Lock lock(answers_mutex_);
  taken_answers_.swap(answers_);
}

void Loop::give_answers(std::size_t most) {
  if (bulk_is_paused_ && has_answers()) resume_bulk();
  for (std::size_t i = 0; i < most && has_answers(); ++i) {
    Connection& connection = *taken_answers_[next_answer_++];
    guard(connection, [&] { connection.on_answer(); });
  }
  take_answers();
}

/// Ids must not tell how many requests there are: SplitMix64, which never repeats within 2^64.
std::uint64_t Loop::next_request_id() {
  std::uint64_t z = request_id_ += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

bool Loop::watch(int fd, EventTarget& target, std::uint32_t events, int operation,
                 Pool::Lane side) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &target;
  const Fd& epoll = side == Pool::Lane::bulk ? bulk_epoll_ : epoll_;
  return ::epoll_ctl(epoll.get(), operation, fd, &event) == 0;
}

std::unique_ptr<Exchange> Loop::take_exchange() {
  if (spare_exchanges_.empty()) return std::make_unique<Exchange>();
  auto exchange = std::move(spare_exchanges_.back());
  spare_exchanges_.pop_back();
  return exchange;
}

void Loop::give_back(std::unique_ptr<Exchange> exchange) {
  exchange->clear();
  if (spare_exchanges_.size() < kSpareExchanges && !exchange->has_grown())
    spare_exchanges_.push_back(std::move(exchange));
}

}  // namespace claviger::net
