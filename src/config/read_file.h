#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <tl/expected.hpp>

#include "config/settings_file.h"

namespace claviger {

/// A small file that may hold secrets.
struct FileText {
  SettingText text;
  mode_t mode = 0;  // its permission bits
};
/// Reads a whole file, or tells in words why it cannot.
using ReadFile = std::function<tl::expected<FileText, std::string>(const std::string& path)>;

enum class StreamEnd { end_of_file, newline };  // what ends a text that is read

/// Reads an open file or stream of at most 64 KiB, or tells in words why it cannot.
tl::expected<SettingText, std::string> read_stream(int fd, StreamEnd end);
/// ReadFile of the file system: regular files and pipes of at most 64 KiB.
tl::expected<FileText, std::string> read_small_file(const std::string& path);

}  // namespace claviger
