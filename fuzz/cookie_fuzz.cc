// The value of a Cookie header.
#include <array>
#include <cstdint>
#include <string_view>

#include "http/cookies.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::array<claviger::http::Header, 1> headers{{{"Cookie", text}}};
  const auto found = claviger::http::find_cookie(headers, "claviger");
  require(found.find(';') == std::string_view::npos);
  require(found.empty() || text.find("claviger=" + std::string(found)) != std::string_view::npos);
  return 0;
}
