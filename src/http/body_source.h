#pragma once

#include <cstdint>
#include <string>

namespace claviger::http {

/// A body that is made while it is sent, piece by piece: for answers that are too large for memory.
/// It goes out in chunks (RFC 9112 §7.1); one that breaks off lacks the last, so that nobody takes
/// a part for the whole.
class BodySource {
 public:
  virtual ~BodySource() = default;

  enum class Outcome : std::uint8_t { more, done, failed };
  /// Appends the next piece. Called on a thread of the pool, so it may wait, but only when all
  /// before has been taken in: a reader that is slow costs no memory but one piece. A piece may be
  /// empty.
  virtual Outcome next(std::string& out) = 0;
};

}  // namespace claviger::http
