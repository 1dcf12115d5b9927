#include "leak/stream.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/limits.h"

namespace claviger {

LeakStream::LeakStream() : buffer_(std::make_unique_for_overwrite<char[]>(kBytes)) {}

LeakStream::~LeakStream() {
  wipe(buffer_.get(), kBytes);
}

/// Moves line and column on to this byte of the buffer.
void LeakStream::count_to(std::size_t end) {
  const std::string_view passed(buffer_.get() + counted_, end - counted_);
  line_ += static_cast<std::uint64_t>(std::ranges::count(passed, '\n'));
  const auto last = passed.rfind('\n');
  column_ = last == std::string_view::npos ? column_ + passed.size() : passed.size() - last;
  counted_ = end;
}

/// Takes in the leaks that begin before a byte of the buffer; returns where the last of them ends.
std::size_t LeakStream::search(std::size_t before) {
  std::size_t end = 0;
  for (auto& leak : find_leaks({buffer_.get(), size_}, before)) {
    count_to(leak.offset);
    end = leak.offset + leak.size;
    found_.push_back({.leak = std::move(leak), .line = line_, .column = column_});
  }
  return end;
}

void LeakStream::took(std::size_t bytes) {
  size_ += bytes;
  if (size_ < kBytes) return;
  // The longest credential fits between here and the end, so none that begins before is cut.
  const auto seam = size_ - limits::token_bytes;
  const auto next = std::max(search(seam), seam);
  count_to(next);
  std::memmove(buffer_.get(), buffer_.get() + next, size_ - next);
  size_ -= next;
  counted_ = 0;
}

std::vector<PlacedLeak> LeakStream::finish() {
  search(size_);
  size_ = counted_ = 0;
  line_ = column_ = 1;
  return std::exchange(found_, {});
}

}  // namespace claviger
