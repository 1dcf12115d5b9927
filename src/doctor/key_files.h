#pragma once

#include <string>
#include <vector>

#include "base/environment.h"
#include "config/key_folder.h"
#include "token/key_ring.h"

namespace claviger {

/// Something about the folder of CLAVIGER_KEYS that is not as it should be.
struct KeyFileProblem {
  std::string file;  // without the folder; empty: the folder itself
  std::string wrong;
  std::string right;
  bool is_refused = false;  // the key is not used, of the folder itself: none of it
};
/// What the files of a folder come to.
struct FolderKeys {
  std::vector<Key> keys{};  // in the order of their files' names
  std::vector<KeyFileProblem> problems{};
};
/// The keys of a folder that may be used, and what is wrong with the others. What everybody may
/// read or guess is used in development alone (SEC-5).
FolderKeys keys_of_folder(const KeyFolder& folder, const Environment& environment);

}  // namespace claviger
