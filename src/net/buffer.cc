#include "net/buffer.h"

#include <algorithm>
#include <cstring>

#include "base/secret.h"

namespace claviger::net {

Buffer::Buffer(std::size_t capacity)
    : bytes_(std::make_unique_for_overwrite<char[]>(capacity)), capacity_(capacity) {}

Buffer::~Buffer() {
  wipe(bytes_.get(), used_);
}

void Buffer::add(std::size_t count) {
  end_ += count;
  used_ = std::max(used_, end_);
}

void Buffer::consume(std::size_t count) {
  begin_ += count;
  if (begin_ == end_) begin_ = end_ = 0;
}

void Buffer::erase(std::size_t at, std::size_t count) {
  char* const from = data() + at;
  std::memmove(from, from + count, size() - at - count);
  end_ -= count;
}

void Buffer::make_room(std::size_t capacity) {
  if (capacity <= capacity_) {
    std::memmove(bytes_.get(), data(), size());
  } else {
    auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
    std::memcpy(bytes.get(), data(), size());
    wipe(bytes_.get(), used_);
    bytes_ = std::move(bytes);
    capacity_ = capacity;
    used_ = size();
  }
  end_ = size();
  begin_ = 0;
}

void Buffer::clear() {
  wipe(bytes_.get(), used_);
  begin_ = end_ = used_ = 0;
}

void reserve_more(std::string& text, std::size_t count) {
  if (text.capacity() - text.size() >= count) return;
  std::string larger;
  larger.reserve(std::max(2 * text.capacity(), text.size() + count));
  larger = text;
  wipe(text);
  text.swap(larger);
}

void wipe_characters(std::string& text) {
  wipe(text.data(), text.size());
  text.clear();
}

}  // namespace claviger::net
