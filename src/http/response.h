#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "http/body_source.h"

namespace claviger::http {

inline constexpr std::string_view kNoStore = "no-store";
inline constexpr std::string_view kStrictCsp = "default-src 'none'; frame-ancestors 'none'";

/// What the log says of a request beside its answer. Never sent, and never holds a credential.
struct LogNotes {
  std::string_view route;    // the pattern of the route, static text; empty: none matched
  bool is_frequent = false;  // of a kind that a busy server answers thousands of times a second
  std::optional<ClientId> client_id;
  std::optional<UserId> user_id;
  std::string reason;  // why it was refused or failed

  void reset() {
    route = {};
    is_frequent = false;
    client_id.reset();
    user_id.reset();
    reason.clear();
  }
};

/// An answer, before it is bytes. One object serves all requests of a connection, so that in
/// steady state nothing is allocated. The connection adds Content-Length, Date, X-Request-Id and
/// the headers of NET-5.
struct Response {
  int status = 200;
  std::string_view content_type;  // static text; empty: no body
  std::string headers;            // further lines, each "Name: value\r\n"; see add_header
  std::string body;
  std::unique_ptr<BodySource> source{};  // if set, makes the body in the place of `body`
  std::string_view cache_control = kNoStore;
  std::string_view content_security_policy = kStrictCsp;
  std::string own_policy{};  // if not empty, in the place of that
  bool close = false;        // close the connection after this answer
  LogNotes notes;

  /// Adds a header. Bytes of `value` that may not stand in one (CR, LF, NUL, other controls,
  /// non-ASCII) are replaced by '?': nothing sent by a caller can start a header of its own.
  void add_header(std::string_view name, std::string_view value);
  template <class Tag>
  void add_header(std::string_view name, const Id<Tag>& id) {
    std::array<char, 36> text;
    uuid_write(id.bytes, text.data());
    add_header(name, {text.data(), text.size()});
  }
  /// The Content-Security-Policy that is sent.
  std::string_view policy() const {
    return own_policy.empty() ? content_security_policy : own_policy;
  }
  void reset();
};

}  // namespace claviger::http
