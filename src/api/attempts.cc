#include "api/attempts.h"

#include <algorithm>
#include <chrono>

namespace claviger::api {
namespace {

using std::chrono::seconds;

AttemptLimiter::Time steady_now() {
  return std::chrono::duration_cast<AttemptLimiter::Time>(
      std::chrono::steady_clock::now().time_since_epoch());
}

Error too_many(std::chrono::seconds wait, std::string cause) {
  return Error{.code = Code::too_many_attempts,
               .detail = "Too many failed attempts. Wait before trying again.",
               .cause = std::move(cause),
               .retry_after = wait};
}

}  // namespace

std::uint64_t Attempts::address_key(const http::Address& address) const {
  // One IPv6 host has a whole /64 to choose addresses from.
  const auto counted = is_ipv4(address) ? std::size_t{16} : std::size_t{8};
  return limiter_.key(AttemptLimiter::Kind::address, ByteView(address.bytes).first(counted));
}

Status Attempts::check_before(const http::Address& address) {
  const auto wait = limiter_.blocked(address_key(address), steady_now());
  if (!wait) return {};
  counts_.refused.add();
  return fail(too_many(*wait, "address is blocked"));
}

Error Attempts::failed(Error error, const http::Address& address, std::string_view name) {
  const auto now = steady_now();
  const auto by_address = address_key(address);
  const auto by_name = limiter_.key(AttemptLimiter::Kind::name, bytes_of(name));
  const auto address_wait = limiter_.blocked(by_address, now);
  const auto name_wait = name.empty() ? std::nullopt : limiter_.blocked(by_name, now);
  counts_.failed.add();
  if (address_wait || name_wait) {
    counts_.refused.add();
    return too_many(std::max(address_wait.value_or(seconds{1}), name_wait.value_or(seconds{1})),
                    std::move(error.cause));
  }
  limiter_.failed(by_address, now);
  if (!name.empty()) limiter_.failed(by_name, now);
  return error;
}

}  // namespace claviger::api
