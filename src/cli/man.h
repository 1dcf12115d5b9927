#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace claviger::cli {

/// A manual page: "claviger-client.1", and what the file holds.
struct ManualPage {
  std::string name;
  std::string text;
};
/// The manual: claviger(1), a page for each group of commands and each command that is in none, and
/// claviger.env(5). `date` is shown at their feet.
std::vector<ManualPage> manual_pages(std::string_view date);

}  // namespace claviger::cli
