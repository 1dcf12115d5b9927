// A form body, and a Content-Type.
#include <cstdint>
#include <string_view>

#include "base/text.h"
#include "http/fields.h"
#include "http/form_reader.h"
#include "require.h"

namespace claviger::http {
namespace {

void check(const Result<Fields>& fields) {
  if (!fields) return;
  for (const auto* name : {"", "a", "scope", "expires_in"}) {
    const auto text = fields->text(name);
    require(!text || !*text || is_utf8(**text));
    const auto number = fields->integer(name);
    require(!number || !*number || **number >= 0);
    static_cast<void>(fields->texts(name));
    static_cast<void>(fields->truth(name));
  }
}

void run(std::string_view bytes) {
  check(read_form(bytes));
  Request request;
  request.content_type = {1, bytes.substr(0, bytes.find('\n'))};
  request.body = "{}";
  check(read_fields(request));
}

}  // namespace
}  // namespace claviger::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  claviger::http::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
