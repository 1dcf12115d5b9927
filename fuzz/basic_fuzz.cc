// The value of an Authorization header of the scheme Basic.
#include <cstdint>
#include <string_view>

#include "base/text.h"
#include "http/basic.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto found = claviger::http::parse_basic(text);
  if (!found) return 0;
  require(claviger::http::is_basic(text));
  require(claviger::is_utf8(found->name) && claviger::is_utf8(found->secret));
  require(found->name.size() + found->secret.size() < size);
  return 0;
}
