// How a connection's answers go out, and what comes after the last of them.
#include <sys/epoll.h>

#include "net/buffer.h"
#include "net/connection.h"
#include "net/edge.h"
#include "net/loop.h"

namespace claviger::net {

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
