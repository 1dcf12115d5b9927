#pragma once

#include "base/result.h"
#include "base/time.h"
#include "config/load.h"
#include "net/tls.h"
#include "observe/log.h"

namespace claviger {

/// A certificate that has expired is used nevertheless: to refuse the start would make a renewal
/// that is late an outage for those, too, who would still connect.
void log_certificate(const net::Tls::Certificate& certificate, Instant now, Log& log);

/// Has handshakes use these files from now on. Errors: one line for people, in `detail`.
Result<net::Tls::Certificate> use_certificate(const TlsFiles& files, net::Tls& tls);

/// Reads the certificate's files again. If they are no good, the one in use stays.
void reload_certificate(const TlsPaths& paths, net::Tls& tls, const Clock& clock, Log& log);

}  // namespace claviger
