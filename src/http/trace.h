#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "http/request.h"

namespace claviger::http {

/// Which trace a request is part of (W3C Trace Context, "traceparent"). Both are lower-case
/// hexadecimal digits, so they may stand in a log.
struct Trace {
  std::string_view trace_id;   // 32 digits
  std::string_view parent_id;  // 16: the caller's span
};

/// nullopt: none was named, or two were, or what was sent is none. Views into the headers.
std::optional<Trace> trace_of(std::span<const Header> headers);

}  // namespace claviger::http
