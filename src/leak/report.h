#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "leak/stream.h"

namespace claviger {

/// A leak and the text that it stands in.
struct FoundLeak {
  std::string path;    // a file, "-" for standard input; empty: none is known
  std::string commit;  // of git's history: the one that brought it in; empty: none is known
  std::string object;  // of git's history: its name there
  PlacedLeak at;
};

/// What a search came to. What cannot be read is told, and the search goes on.
struct LeakReport {
  std::vector<FoundLeak> found;
  std::vector<std::string> problems;  // a line each
  std::int64_t texts = 0;             // files and git's objects that were read
  std::int64_t bytes = 0;
};

}  // namespace claviger
