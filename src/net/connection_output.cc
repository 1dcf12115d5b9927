// How a connection's answers go out, and what comes after the last of them.
#include <sys/epoll.h>

#include <utility>

#include "http/response_writer.h"
#include "net/buffer.h"
#include "net/connection.h"
#include "net/edge.h"
#include "net/loop.h"

namespace claviger::net {

/// Puts the answer behind the output, and uses the request up unless a body is still to come.
void Connection::write_answer() {
  Exchange& x = *exchange_;
  const bool will_get_body = !x.head.expects_continue || x.input.size() != x.head.size;
  const bool can_skip = will_get_body && x.head.content_length <= limits::body_bytes;
  const bool is_head_only = x.request.method == http::Method::head;
  const bool ends_by_closing = x.response.source != nullptr && x.head.is_http_1_0;
  is_last_ = x.response.close || ends_by_closing || !x.head.keep_alive ||
             edge_.is_stopping.load() || (skips_body_ && !can_skip);
  reserve_more(x.output, http::response_size_max(x.response));
  http::write_response(x.output, x.response,
                       {.date = loop_.date(),
                        .request_id = x.request.id,
                        .head_only = is_head_only,
                        .close = is_last_,
                        .is_http_1_0 = x.head.is_http_1_0,
                        .is_tls = transport_.is_tls()});
  edge_.handler.answered(x.request, x.response, started_);
  if (is_head_only) x.response.source.reset();
  if (x.response.source == nullptr) return end_answer();
  sends_body_ = true;
  ends_after_body_ = std::exchange(is_last_, false);
  phase_ = Phase::sending;
}

void Connection::end_answer() {
  Exchange& x = *exchange_;
  x.input.consume(request_size_);
  phase_ = Phase::idle;
  if (is_last_) {
    must_linger_ = must_linger_ || skips_body_ || x.input.size() != 0;
  } else if (skips_body_) {
    to_skip_ = x.head.content_length;
    x.decoder = http::ChunkedDecoder(limits::body_bytes);
    enter(Phase::skipping);
  }
}

/// Has the next piece of the body made, once all before it is taken in.
bool Connection::ask_for_piece() {
  if (has_output()) return false;
  if (edge_.pool.submit(*this, Pool::Lane::first)) {
    phase_ = Phase::waiting;
    return false;
  }
  // The connection closes in the middle of the body: better than a queue without end.
  is_last_ = true;
  return true;
}

void Connection::write_piece() {
  using Outcome = http::BodySource::Outcome;
  Exchange& x = *exchange_;
  phase_ = Phase::sending;
  reserve_more(x.output, x.response.body.size() + http::kChunkFramingMax);
  if (x.head.is_http_1_0)
    x.output += x.response.body;
  else
    http::write_chunk(x.output, x.response.body);
  wipe_characters(x.response.body);
  if (piece_ == Outcome::failed) is_last_ = true;  // without the last chunk
  if (piece_ != Outcome::done) return;
  if (!x.head.is_http_1_0) x.output += http::kLastChunk;
  x.response.source.reset();
  sends_body_ = false;
  is_last_ = ends_after_body_;
  end_answer();
}

/// Sends the output. True: all of it is sent and the connection goes on.
bool Connection::flush() {
  while (has_output()) {
    Exchange& x = *exchange_;
    const auto sent = transport_.send(std::string_view(x.output).substr(x.sent));
    switch (sent.state) {
      case Transfer::State::done:
        x.sent += sent.size;
        break;
      case Transfer::State::again:
        if ((watched_ & EPOLLOUT) == 0) deadline_ = loop_.now() + edge_.bounds.write_deadline;
        watch(EPOLLOUT);
        return false;
      case Transfer::State::end:
      case Transfer::State::failed:
        close();
        return false;
    }
    if (x.sent != x.output.size()) continue;
    wipe_characters(x.output);
    x.sent = 0;
    // What the peer did not send while nobody read is not held against it.
    if ((watched_ & EPOLLOUT) != 0) enter(phase_);
  }
  if (is_last_) finish();
  return !is_last_;
}

/// All that came is answered: waits for more, with as little memory as possible.
void Connection::rest() {
  if (phase_ == Phase::waiting) return;
  if (has_ended_) return close();
  // At most the rest of one record, 16 KiB: so many calls may stand upon each other here.
  if (transport_.holds_bytes()) return read();
  if (phase_ == Phase::idle) {
    // A request may have come that nobody has read yet; if not, this closes.
    if (edge_.is_stopping.load()) return read();
    enter(Phase::idle);
  }
  wait_for_more();
}

void Connection::wait_for_more() {
  if (phase_ == Phase::idle) release_exchange();
  watch(transport_.events_to_go_on());
}

void Connection::finish() {
  if (!must_linger_ || has_ended_) return close();
  // Closing now would make the kernel reset the connection if more comes, and the answer could be
  // lost on its way (RFC 9112 §9.6).
  transport_.finish_sending();
  release_exchange();
  enter(Phase::lingering);
  watch(EPOLLIN);
}

void Connection::read_past() {
  const auto state = transport_.discard().state;
  if (state != Transfer::State::done && state != Transfer::State::again) close();
}

}  // namespace claviger::net
