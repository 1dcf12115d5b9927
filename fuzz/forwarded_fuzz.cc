// X-Forwarded-For as a proxy passes it on: one header a line.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/forwarded.h"
#include "require.h"

namespace claviger::http {
namespace {

void run(std::string_view bytes) {
  static const std::vector<Network> proxies{*parse_network("10.0.0.0/8"),
                                            *parse_network("2001:db8::/32")};
  static const Address peer = *parse_ip_address("10.0.0.1");
  std::vector<Header> headers;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto end = std::min(bytes.find('\n', at), bytes.size());
    headers.push_back({"X-Forwarded-For", bytes.substr(at, end - at)});
    at = end + 1;
  }
  const auto caller = caller_of(headers, peer, proxies);
  require(caller == peer || !any_contains(proxies, caller));
  require(parse_ip_address(address_text(caller)) == caller);

  // Whatever a caller sends: the proxy adds its address, and that is the one.
  const auto real = *parse_ip_address("203.0.113.5");
  headers.push_back({"x-forwarded-for", "203.0.113.5"});
  require(caller_of(headers, peer, proxies) == real);
  headers.pop_back();
  std::string joined;
  if (!headers.empty()) {
    joined = std::string(headers.back().value) + ", 203.0.113.5";
    headers.back().value = joined;
    require(caller_of(headers, peer, proxies) == real);
  }

  if (const auto network = parse_network(bytes)) require(network->contains(network->first));
}

}  // namespace
}  // namespace claviger::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  claviger::http::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
