#include "service/world.h"

#include <cstdlib>
#include <filesystem>

namespace claviger {

DatabaseFile::DatabaseFile() {
  auto pattern = (std::filesystem::temp_directory_path() / "claviger-test-XXXXXX").string();
  folder_ = ::mkdtemp(pattern.data());
}
DatabaseFile::~DatabaseFile() {
  std::filesystem::remove_all(folder_);
}

}  // namespace claviger
