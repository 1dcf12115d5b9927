#pragma once

#include <span>
#include <string>
#include <string_view>

#include "http/request.h"

namespace claviger::http {

/// The header of this name, in any case. Its count tells of several.
Single find_header(std::span<const Header> headers, std::string_view name);

/// The value of the cookie of this name (RFC 6265 §5.4: "a=1; b=2"). Of several, which a
/// neighbouring host or path can bring about, none counts. Empty: there is none that does.
std::string_view find_cookie(std::span<const Header> headers, std::string_view name);

/// How long a cookie stays.
struct CookieLife {
  std::int64_t max_age_seconds = 0;  // 0: it goes at once
};
/// The value of a Set-Cookie header (RFC 6265 §4.1) for the whole host that scripts can't read. A
/// secure one comes back over TLS alone.
std::string set_cookie(std::string_view name, std::string_view value, CookieLife life,
                       std::string_view same_site, bool is_secure);

}  // namespace claviger::http
