#pragma once

#include <span>

#include "http/request.h"

namespace claviger::http {

/// Whom a request came from that `peer`, a trusted proxy, passed on (NET-2): the last address of
/// X-Forwarded-For that is not itself a trusted proxy's. Each proxy adds at the end the address
/// that it was called from, so what stands before that one is the caller's word. `peer` itself if
/// there is no such address, or something that is none stands in its way.
///
/// RFC 7239's Forwarded is not read: a proxy that writes one of the two passes on the other as it
/// came, so who believes both believes the caller.
Address caller_of(std::span<const Header> headers, const Address& peer,
                  std::span<const Network> proxies);

/// Whether a trusted proxy says that it was called over TLS: the last word of X-Forwarded-Proto.
bool says_https(std::span<const Header> headers);

}  // namespace claviger::http
