#include "http/response.h"

namespace claviger::http {

void Response::add_header(std::string_view name, std::string_view value) {
  headers += name;
  headers += ": ";
  for (const char c : value) headers += c >= ' ' && c <= '~' ? c : '?';
  headers += "\r\n";
}

void Response::reset() {
  status = 200;
  content_type = {};
  headers.clear();
  body.clear();
  cache_control = kNoStore;
  content_security_policy = kStrictCsp;
  close = false;
  notes.reset();
}

}  // namespace claviger::http
