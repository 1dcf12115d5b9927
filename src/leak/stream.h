#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "leak/leak.h"

namespace claviger {

/// A leak, and where it stands: lines and bytes of a line are counted from 1.
struct PlacedLeak {
  Leak leak;
  std::uint64_t line;
  std::uint64_t column;
};

/// Finds leaks in texts of any length, which are written into its memory piece by piece:
///   while (n = read(fd, stream.room())) stream.took(n);  leaks = stream.finish();
/// What stands across the seam of two pieces is found as well. The memory is wiped at the end.
class LeakStream {
 public:
  LeakStream();
  ~LeakStream();
  LeakStream(const LeakStream&) = delete;
  LeakStream& operator=(const LeakStream&) = delete;

  /// Where the next bytes go; never empty.
  std::span<char> room() { return {buffer_.get() + size_, kBytes - size_}; }
  /// So many bytes came.
  void took(std::size_t bytes);
  /// The text is over: what was found, and then the next text begins.
  std::vector<PlacedLeak> finish();

 private:
  static constexpr std::size_t kBytes = std::size_t{1} << 20U;
  std::size_t search(std::size_t before);
  void count_to(std::size_t end);

  std::unique_ptr<char[]> buffer_;
  std::size_t size_ = 0;
  std::size_t counted_ = 0;  // of the buffer's bytes, those that line and column are past
  std::uint64_t line_ = 1;
  std::uint64_t column_ = 1;
  std::vector<PlacedLeak> found_;
};

}  // namespace claviger
