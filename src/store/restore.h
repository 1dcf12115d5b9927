#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/time.h"
#include "store/store.h"

namespace claviger {

/// What is asked of a restore.
struct RestoreOptions {
  std::string file;  // the backup
  /// The SHA-256 that it has to have; nullopt: what FILE.sha256 says.
  std::optional<std::array<std::uint8_t, 32>> digest{};
  bool without_digest = false;  // take it as it is
  bool accept_revived = false;  // even if it cannot be told what was taken back since the backup
  bool as_it_was = false;       // carry nothing over, but for retired keys
  bool revoke_issued = false;   // take back every token
};

/// How much was taken back after a backup, as far as the replaced database knows.
struct TakenBackSince {
  std::int64_t revocations = 0;    // tokens one by one, and users and clients all of whose were
  std::int64_t deactivations = 0;  // of users and clients
  std::int64_t rotations = 0;      // of secrets and API keys
  std::int64_t scope_changes = 0;
  std::int64_t retired_keys = 0;
  std::int64_t administrators = 0;  // removed, or auditors from then on
};

struct Restored {
  std::string database;  // the path
  std::string kept;      // where the replaced one is now; empty: there was none
  std::array<std::uint8_t, 32> digest{};
  int schema_version = 0;
  std::int64_t size_bytes = 0;
  std::optional<Instant> newest_change{};  // that the backup knows of
  /// nullopt: there was no database to tell it.
  std::optional<TakenBackSince> taken_back{};
  std::string unknown{};        // why not all that was taken back is known; empty: it is
  std::int64_t audit_rows = 0;  // of the replaced database, which go on in the restored one
  Epoch epoch{};
};

/// Told how far it has come, of how much.
using RestoreProgress = std::function<void(std::int64_t done, std::int64_t total)>;

}  // namespace claviger
