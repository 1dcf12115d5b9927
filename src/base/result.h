#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "base/error.h"

namespace claviger {

/// A value or an Error. Ignoring one is a compile error: the class itself is [[nodiscard]].
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

/// What a function returns that can only succeed or fail.
using Status = Result<void>;

inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}
inline tl::unexpected<Error> fail(Code code, std::string detail, std::string cause = {}) {
  return tl::unexpected<Error>(
      Error{.code = code, .detail = std::move(detail), .cause = std::move(cause)});
}

}  // namespace claviger

/// The value of a Result, or return its Error from this function. Not around co_await.
#define TRY(...)                                                                   \
  (__extension__({                                                                 \
    auto claviger_try_ = (__VA_ARGS__);                                            \
    if (!claviger_try_) return ::claviger::fail(std::move(claviger_try_).error()); \
    std::move(*claviger_try_);                                                     \
  }))

/// Return the Error of a Status, or of a Result whose value is not needed, from this function.
#define TRY_STATUS(...)                                                            \
  do {                                                                             \
    auto claviger_try_ = (__VA_ARGS__);                                            \
    if (!claviger_try_) return ::claviger::fail(std::move(claviger_try_).error()); \
  } while (false)
