#include "http/response.h"

#include <algorithm>

namespace claviger::http {

void Response::add_header(std::string_view name, std::string_view value) {
  headers += name;
  headers += ": ";
  const auto from = static_cast<std::ptrdiff_t>(headers.size());
  headers += value;
  std::replace_if(
      headers.begin() + from, headers.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  headers += "\r\n";
}

void Response::reset() {
  status = 200;
  content_type = {};
  headers.clear();
  body.clear();
  source.reset();
  cache_control = kNoStore;
  content_security_policy = kStrictCsp;
  own_policy.clear();
  close = false;
  notes.reset();
}

}  // namespace claviger::http
