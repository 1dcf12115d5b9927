#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace claviger::openid {

/// A call to the provider.
struct FetchRequest {
  std::string url;
  std::string form{};        // if not empty, POSTed as application/x-www-form-urlencoded
  std::string basic_name{};  // if not empty, sent with the password (RFC 7617), both encoded
  std::string basic_password{};
  std::string bearer{};  // if not empty, the access token (RFC 6750)
};
struct FetchAnswer {
  int status = 0;
  std::string body;
};

/// How the provider is called.
class Fetch {
 public:
  virtual ~Fetch() = default;
  /// Waits for seconds at most. Errors: openid_failed.
  virtual Result<FetchAnswer> fetch(const FetchRequest& request) = 0;
};

/// By cpp-httplib: over TLS with the system's authorities, or in plain to this machine's own
/// loopback; no redirects, no proxy, answers of at most 1 MiB.
std::unique_ptr<Fetch> http_fetch();

/// Whether a URL is one that is called: https, or http to 127.0.0.1, [::1] or localhost.
bool may_fetch(std::string_view url);

}  // namespace claviger::openid
