#pragma once

#include <chrono>
#include <memory>
#include <string_view>

#include "base/mutex.h"
#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "net/ticket_keys.h"

struct ssl_st;      // OpenSSL's SSL
struct ssl_ctx_st;  // and SSL_CTX

namespace claviger::net {

struct SessionFree {
  void operator()(ssl_st* session) const;
};
/// One connection's side of TLS.
using TlsSession = std::unique_ptr<ssl_st, SessionFree>;

/// TLS 1.2 and 1.3 as a server (NET-1): the certificate in use, and what is offered. Sessions that
/// were made with an earlier certificate go on with it. Must outlive all its sessions. Safe for all
/// threads.
class Tls {
 public:
  /// What a certificate says of itself.
  struct Certificate {
    Instant not_before{};
    Instant not_after{};
  };

  explicit Tls(Random& random) : ticket_keys_(random) {}
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;

  /// New handshakes get this certificate from now on. `chain`: PEM, the server's own certificate
  /// first, then those that issued it. `key`: its private key, PEM without a pass phrase.
  /// Errors: what is wrong, as that of the field "certificate" or "key"; nothing has changed then.
  Result<Certificate> use(std::string_view chain, std::string_view key);
  /// Begins on a connected socket, whose owner goes on to own it. Null: there is no memory. To be
  /// called once `use` has succeeded.
  TlsSession begin(int socket) const;

 private:
  using Context = std::shared_ptr<ssl_ctx_st>;

  TicketKeys ticket_keys_;
  mutable Mutex mutex_;
  Context context_ GUARDED_BY(mutex_);
};

}  // namespace claviger::net
