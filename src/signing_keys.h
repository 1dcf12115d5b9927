#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "doctor/key_files.h"
#include "observe/log.h"
#include "service/services.h"
#include "token/key_ring.h"

namespace claviger {

/// The keys of the settings, the one that signs first, then those of the folder of CLAVIGER_KEYS;
/// none at all if nothing is set, as for commands that neither sign nor check. Errors: settings';
/// if `must_sign`, also that there is none in the folder either.
Result<std::vector<Key>> load_keys(const Settings& settings, bool must_sign);

/// Tells the database which keys a server starts with, and the log what is new about them: tokens
/// signed with another will be refused, or somebody else's accepted (ENV-4). Errors: conflict, if
/// nothing may sign here (TOK-7); `detail` is one line for people.
Status announce_keys(Services& services, KeyRing& keys, Log& log);

/// Keeps a server's keys as its folder has them, without a restart (docs/decisions/0084). For one
/// thread.
class KeyWatch {
 public:
  KeyWatch(const Settings& settings, Services& services, KeyRing& keys, Log& log);
  /// Loads what has come into the folder, tells the database of it, and the log of a key that signs
  /// in another's place. To be called about once a second.
  void look();

 private:
  bool load();
  void note();
  void tell_signer();
  void miss(const std::vector<Key>& there);
  void warn(const KeyFileProblem& problem);

  const std::string path_;
  const Environment environment_;
  Services& services_;
  KeyRing& keys_;
  Log& log_;
  std::uint64_t mark_ = 0;  // of the folder, as it was loaded
  std::size_t noted_;       // how many keys the database knows of
  bool is_note_failing_ = false;
  std::string signer_;                        // the kid that the log was told of; empty: none
  std::set<std::string> told_, told_before_;  // what was wrong, at the last look and before
  std::set<std::string> from_folder_;         // kids
};

}  // namespace claviger
