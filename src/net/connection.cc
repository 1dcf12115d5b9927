#include "net/connection.h"

#include <sys/epoll.h>

#include <algorithm>
#include <utility>

#include "http/forwarded.h"
#include "http/response_writer.h"
#include "net/edge.h"
#include "net/loop.h"

namespace claviger::net {
namespace {

/// Room for at least this much is made before a read.
constexpr std::size_t kReadBytes = 2 * KiB;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

Connection::Connection(Loop& loop, Edge& edge, Transport transport, const http::Address& peer)
    : loop_(loop),
      edge_(edge),
      transport_(std::move(transport)),
      deadline_(loop.now() + edge.bounds.head_deadline),  // also for its first byte
      peer_(peer),
      is_proxy_(edge.is_proxy(peer)),
      is_stranger_(edge.is_stranger(peer)) {}

Connection::~Connection() {
  release_exchange();
  edge_.admission.leave(peer_);
}

bool Connection::start() {
  if (edge_.tls != nullptr) phase_ = Phase::handshake;
  watched_ = EPOLLIN;
  return loop_.watch(transport_.fd(), *this, watched_, EPOLL_CTL_ADD);
}

void Connection::on_events(std::uint32_t events) {
  if (phase_ == Phase::closed) return;
  const bool is_broken = (events & (EPOLLERR | EPOLLHUP)) != 0;
  if (phase_ == Phase::waiting) {
    // What is broken epoll reports again and again, whatever it is asked for. Sending the answer
    // will fail then, and that closes.
    if (is_broken)
      loop_.watch(transport_.fd(), *this, 0, EPOLL_CTL_DEL, side_);
    else
      watch(0);
    return;
  }
  if (phase_ == Phase::handshake) return shake_hands();
  if (phase_ == Phase::lingering) return read_past();
  if (has_output()) return is_broken ? close() : advance();
  read();
}

// --- Reading ------------------------------------------------------------------------------------

/// Its deadline is the head's, from the connection's start, however it comes.
void Connection::shake_hands() {
  // Not before something has come, so that who only connects costs no memory.
  if (!transport_.is_tls() && !transport_.begin_tls(*edge_.tls)) return close();
  const auto state = transport_.shake_hands();
  if (state == Transfer::State::again) return watch(transport_.events_to_go_on());
  if (state == Transfer::State::failed) return fail_handshake(transport_.why_failed());
  phase_ = Phase::idle;
  read();  // the first request may have come along
}

/// Closes without a word: strangers knock on every port, so it is worth no more than a debug line.
void Connection::fail_handshake(const char* why) {
  edge_.log.write(LogLevel::debug, "tls_handshake_failed",
                  {{"address", http::address_text(peer_)}, {"reason", why}});
  close();
}

void Connection::read() {
  if (!exchange_) exchange_ = loop_.take_exchange();
  if (!make_room()) return;
  const auto received = transport_.receive(exchange_->input.room());
  switch (received.state) {
    case Transfer::State::done:
      exchange_->input.add(received.size);
      break;
    case Transfer::State::again:
      if (phase_ == Phase::idle && edge_.is_stopping.load()) return close();
      return wait_for_more();  // by the deadline that there is: this was no part of a request
    case Transfer::State::end:
      has_ended_ = true;
      break;
    case Transfer::State::failed:
      return close();
  }
  advance();
}

/// Makes room for what is read next; if there is no memory for that, the request is refused.
bool Connection::make_room() {
  auto& input = exchange_->input;
  const bool is_sized = phase_ == Phase::body && !exchange_->head.chunked;
  const std::size_t wanted =
      is_sized ? exchange_->head.size + exchange_->head.content_length : input.size() + kReadBytes;
  if (input.room().size() + input.size() >= wanted) return true;
  const auto before = input.capacity();
  const auto after = wanted <= before ? before : std::max(wanted, 2 * before);
  if (!edge_.admission.grow_input(after - before)) {
    refuse(503, "The server has no memory for large requests now.");
    flush();
    return false;
  }
  input.make_room(after);
  // What was parsed pointed into the memory of before.
  if (phase_ == Phase::head || phase_ == Phase::body)
    http::parse_head(input.bytes(), exchange_->headers, exchange_->request);
  return true;
}

/// Answers as many requests as have come, and sends the answers together.
void Connection::advance() {
  do {
    while (step()) {
    }
    if (!flush()) return;
  } while (step());
  rest();
}

/// Goes one step further with what has come; false if that is not possible now.
bool Connection::step() {
  if (is_last_ || (has_output() && exchange_->output.size() >= edge_.bounds.unread_output_bytes))
    return false;
  switch (phase_) {
    case Phase::idle:
    case Phase::head:
      return read_head();
    case Phase::body:
      return exchange_->head.chunked ? read_chunks() : read_sized_body();
    case Phase::sending:
      return ask_for_piece();
    case Phase::skipping:
      return skip_body();
    case Phase::handshake:
    case Phase::waiting:
    case Phase::lingering:
    case Phase::closed:
      break;
  }
  return false;
}

/// A head that lacks its end is not parsed again before a line has ended, so that one that comes
/// byte by byte does not cost the square of its size.
bool Connection::head_may_be_complete() const {
  const auto bytes = exchange_->input.bytes();
  if (phase_ == Phase::idle || bytes.size() >= limits::head_bytes) return !bytes.empty();
  return bytes.find('\n', examined_) != std::string_view::npos;
}

bool Connection::read_head() {
  Exchange& x = *exchange_;
  if (!head_may_be_complete()) {
    examined_ = x.input.size();
    return false;
  }
  x.request.peer = peer_;
  x.request.id = loop_.next_request_id();
  x.head = http::parse_head(x.input.bytes(), x.headers, x.request);
  switch (x.head.state) {
    case http::Head::State::incomplete:
      if (phase_ == Phase::idle) enter(Phase::head);
      examined_ = x.input.size();
      return false;
    case http::Head::State::refused:
      return refuse(x.head.status, x.head.reason);
    case http::Head::State::complete:
      break;
  }
  return begin_request();
}

bool Connection::begin_request() {
  Exchange& x = *exchange_;
  request_size_ = x.head.size;
  x.body_size = 0;
  started_ = loop_.now();
  x.request.is_https = transport_.is_tls();
  if (is_proxy_) {
    x.request.peer = http::caller_of(x.request.headers, peer_, edge_.proxies);
    x.request.is_https = x.request.is_https || http::says_https(x.request.headers);
  }
  if (is_stranger_)
    return refuse(403, "Plain HTTP is served to this machine and to the trusted proxies alone.");
  const bool has_body = x.head.chunked || x.head.content_length != 0;
  skips_body_ = has_body && !edge_.handler.reads_body(x.request);
  if (!has_body || skips_body_) return answer();
  if (x.head.content_length > limits::body_bytes) return refuse(413, "The body is too large.");
  if (x.head.chunked) x.decoder = http::ChunkedDecoder(limits::body_bytes);
  enter(Phase::body);
  if (x.head.expects_continue && x.input.size() == x.head.size) {
    reserve_more(x.output, kContinue.size());
    x.output += kContinue;
  }
  return true;
}

bool Connection::read_sized_body() {
  Exchange& x = *exchange_;
  if (x.input.size() - x.head.size < x.head.content_length) return false;
  x.body_size = x.head.content_length;
  return answer();
}

/// Takes the coding off the chunks that have come: the body grows behind the head, and what has
/// come after it moves up to its end.
bool Connection::read_chunks() {
  Exchange& x = *exchange_;
  const auto at = x.head.size + x.body_size;
  char* const body_end = x.input.data() + at;
  const auto progress = x.decoder.decode({body_end, x.input.size() - at}, body_end);
  if (progress.state == http::ChunkedDecoder::State::refused)
    return refuse(progress.status, progress.reason);
  x.body_size += progress.written;
  x.input.erase(at + progress.written, progress.read - progress.written);
  return progress.state == http::ChunkedDecoder::State::done && answer();
}

bool Connection::skip_body() {
  Exchange& x = *exchange_;
  if (x.head.chunked) {
    const auto progress = x.decoder.decode({x.input.data(), x.input.size()}, nullptr);
    x.input.consume(progress.read);
    if (progress.state == http::ChunkedDecoder::State::more) return false;
    if (progress.state == http::ChunkedDecoder::State::refused) {
      // The answer is given already; what follows cannot be understood.
      is_last_ = must_linger_ = true;
      return false;
    }
  } else {
    const auto count = std::min<std::uint64_t>(to_skip_, x.input.size());
    x.input.consume(count);
    to_skip_ -= count;
    if (to_skip_ != 0) return false;
  }
  phase_ = Phase::idle;
  return true;
}

// --- Answering ----------------------------------------------------------------------------------

/// Has the request answered that has come whole.
bool Connection::answer() {
  Exchange& x = *exchange_;
  request_size_ = x.head.size + x.body_size;
  x.request.body = x.input.bytes().substr(x.head.size, x.body_size);
  auto lane = Pool::Lane::first;
  if (!edge_.handler.answers_at_once(x.request, x.response)) {
    if (edge_.handler.is_bulk(x.request)) lane = Pool::Lane::bulk;
    join(lane);
    if (edge_.pool.submit(*this, lane)) {
      phase_ = Phase::waiting;
      return false;
    }
    if (lane == Pool::Lane::bulk) loop_.pause_bulk();
    edge_.handler.refuse(503, "The server has more to do than it can.", x.request, x.response);
  }
  join(lane);
  write_answer();
  return true;
}

void Connection::run() noexcept {
  if (sends_body_)
    piece_ = edge_.handler.next_piece(exchange_->request, exchange_->response);
  else
    edge_.handler.handle(exchange_->request, exchange_->response);
  Loop& loop = loop_;  // once it has the answer, the loop may forget this connection
  if (loop.add_answer(*this)) loop.wake();
}

void Connection::run_together(std::span<Task* const> tasks) noexcept {
  std::array<http::Handler::Job, limits::bulk_together> jobs;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    auto& exchange = *static_cast<Connection*>(tasks[i])->exchange_;
    jobs[i] = {.request = &exchange.request, .response = &exchange.response};
  }
  edge_.handler.handle_bulk(std::span(jobs).first(tasks.size()));
  // A loop goes before the pool, so one that is woken too early would take one answer at a time.
  std::array<Loop*, limits::bulk_together> to_wake;
  std::size_t sleeping = 0;
  for (auto* const task : tasks) {
    auto& connection = *static_cast<Connection*>(task);
    Loop& loop = connection.loop_;
    if (loop.add_answer(connection)) to_wake[sleeping++] = &loop;
  }
  for (std::size_t i = 0; i < sleeping; ++i) to_wake[i]->wake();
}

void Connection::on_answer() {
  if (sends_body_)
    write_piece();
  else
    write_answer();
  advance();
}

/// Answers what cannot be taken, and ends the connection.
bool Connection::refuse(int status, std::string_view reason) {
  Exchange& x = *exchange_;
  started_ = loop_.now();
  request_size_ = x.input.size();
  must_linger_ = true;
  skips_body_ = false;
  edge_.handler.refuse(status, reason, x.request, x.response);
  x.response.close = true;
  write_answer();
  return false;
}

// --- Ending and keeping time ---------------------------------------------------------------------

void Connection::on_sweep(SteadyTime now) {
  if (phase_ == Phase::waiting || phase_ == Phase::closed || now < deadline_) return;
  if (phase_ == Phase::handshake) return fail_handshake("it took too long");
  const bool is_receiving = phase_ == Phase::head || phase_ == Phase::body;
  if (!is_receiving || has_output()) return close();
  refuse(408, "The request took too long to come.");
  flush();
}

void Connection::on_stop() {
  if (phase_ == Phase::handshake) return close();
  if (phase_ == Phase::idle && !has_output()) rest();
}

void Connection::abandon() noexcept {
  if (phase_ != Phase::waiting && phase_ != Phase::closed) close();
}

void Connection::close() {
  phase_ = Phase::closed;
  release_exchange();
  transport_.close();
  loop_.forget(*this);
}

std::chrono::milliseconds Connection::patience() const {
  if (phase_ == Phase::head) return edge_.bounds.head_deadline;
  if (phase_ == Phase::body || phase_ == Phase::skipping) return edge_.bounds.body_deadline;
  return phase_ == Phase::lingering ? edge_.bounds.linger_deadline : edge_.bounds.idle_deadline;
}

void Connection::enter(Phase phase) {
  phase_ = phase;
  deadline_ = loop_.now() + patience();
}

void Connection::watch(std::uint32_t events) {
  if (events == watched_) return;
  watched_ = events;
  loop_.watch(transport_.fd(), *this, events, EPOLL_CTL_MOD, side_);
}

/// Has the loop look after this connection on another side.
void Connection::join(Pool::Lane side) {
  if (side == side_) return;
  loop_.watch(transport_.fd(), *this, 0, EPOLL_CTL_DEL, side_);
  side_ = side;
  loop_.watch(transport_.fd(), *this, watched_, EPOLL_CTL_ADD, side_);
}

void Connection::release_exchange() {
  if (!exchange_) return;
  edge_.admission.give_back_input(exchange_->input.capacity() - Exchange::input_capacity);
  loop_.give_back(std::move(exchange_));
}

}  // namespace claviger::net
