#include "net/exchange.h"

namespace claviger::net {

Exchange::Exchange() {
  response.headers.reserve(headers_capacity);
  response.body.reserve(body_capacity);
  output.reserve(output_capacity);
}

Exchange::~Exchange() {
  clear();
}

void Exchange::clear() {
  input.clear();
  request = {};
  wipe_characters(response.headers);
  wipe_characters(response.body);
  response.reset();
  wipe_characters(output);
  sent = 0;
  body_size = 0;
}

bool Exchange::has_grown() const {
  return input.capacity() > input_capacity || output.capacity() > output_capacity ||
         response.body.capacity() > body_capacity || response.headers.capacity() > headers_capacity;
}

}  // namespace claviger::net
