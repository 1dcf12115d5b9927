#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace claviger::net {

/// Bytes that were received and not yet used up. They hold credentials: what is left behind by
/// moving, growing and clearing is wiped.
class Buffer {
 public:
  explicit Buffer(std::size_t capacity);
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer();

  std::string_view bytes() const { return {bytes_.get() + begin_, end_ - begin_}; }
  char* data() { return bytes_.get() + begin_; }
  std::size_t size() const { return end_ - begin_; }
  std::size_t capacity() const { return capacity_; }

  /// Where the next bytes are received to, before `add` says how many did.
  std::span<char> room() { return {bytes_.get() + end_, capacity_ - end_}; }
  void add(std::size_t count);
  /// Uses up bytes at the front.
  void consume(std::size_t count);
  /// Takes bytes out of the middle; later ones move up.
  void erase(std::size_t at, std::size_t count);
  /// Makes room by moving the bytes to the front and, for more than the capacity, elsewhere.
  /// Pointers to them end.
  void make_room(std::size_t capacity);
  /// Wipes and forgets all bytes.
  void clear();

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t used_ = 0;  // bytes that have ever been written to since the last clearing
};

/// Makes room for `count` more characters, wiping what is left behind if they have to move.
void reserve_more(std::string& text, std::size_t count);
/// Wipes a text's characters and empties it; unlike wipe(text), not the rest of its memory, which
/// must never have held any.
void wipe_characters(std::string& text);

}  // namespace claviger::net
