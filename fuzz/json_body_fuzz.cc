// A JSON body: what is taken must agree with simdjson's DOM, which checks documents by itself.
#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.h"
#include "http/json_reader.h"
#include "require.h"

namespace claviger::http {
namespace {

void run(std::string_view body) {
  const auto fields = read_json(body);
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  const auto error = parser.parse(body.data(), body.size()).get(document);
  if (fields) {
    // The DOM has no numbers beyond 64 bits and no huge exponents; all else it must take as well.
    require(error == simdjson::SUCCESS || error == simdjson::NUMBER_ERROR);
    if (error == simdjson::SUCCESS) {
      for (const auto [name, value] : document.get_object()) {
        const auto text = fields->text(name);
        require(!value.is_string() || (text && *text && **text == std::string_view(value)));
        require(!text || !*text || is_utf8(**text));
      }
    }
    return;
  }
  if (fields.error().code == Code::duplicate_field) return;
  // Refused: then not an object, nested too deep, or one that the DOM refuses as well.
  if (error != simdjson::SUCCESS || !document.is_object()) return;
  std::size_t brackets = 0;
  for (const char c : body) brackets += c == '[' || c == '{';
  require(brackets > 64);
}

}  // namespace
}  // namespace claviger::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  claviger::http::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
