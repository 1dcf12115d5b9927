#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/settings_file.h"

/// Whatever a settings file holds, each line of it is one setting, one problem or nothing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto file = claviger::parse_settings_file(text);
  std::size_t last = 0;
  for (const auto& line : file.lines) {
    if (line.line <= last || line.name.empty()) std::abort();
    last = line.line;
    line.value.reveal([](std::string_view value) {
      if (value.find_first_of(std::string_view("\n\r\0", 3)) != std::string_view::npos)
        std::abort();
    });
  }
  for (const auto& bad : file.problems)
    if (bad.line == 0 || bad.why.empty()) std::abort();
  return 0;
}
