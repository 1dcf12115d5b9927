#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "store/sqlite/files.h"

namespace claviger::sqlite {

/// A database file that is being replaced, and the one that comes in its place.
///
/// While this lives, no process has the database open: SQLite's own lock bytes are locked, by a
/// lock of an open file description, which the same process cannot take past itself either.
/// Connections here are opened `alone`.
class Replacement {
 public:
  /// Takes the database at `path`, or, if there is none, its place. Errors: conflict, if something
  /// has it open, or another restore is under way; storage_unavailable.
  static Result<Replacement> begin(const std::string& path);
  Replacement(Replacement&&) noexcept = default;
  Replacement& operator=(Replacement&&) = delete;
  Replacement(const Replacement&) = delete;
  ~Replacement();  // removes what was not put in place

  /// The database's path, symbolic links followed.
  const std::string& path() const { return path_; }
  bool has_old() const { return old_.is_open(); }
  /// Where the new one grows: an empty file at first, beside the database.
  const std::string& part() const { return part_path_; }
  int part_descriptor() const { return part_.get(); }

  /// Puts the new one in place, durably, with the owner that the old one had. Returns where the old
  /// one is now; empty: there was none. `is_whole`: nothing of the old one is in files beside it.
  Result<std::string> put_in_place(Instant now, bool is_whole);

 private:
  Replacement(std::string path, Descriptor old, Descriptor part);
  Status set_owner();
  Result<std::string> keep_old(Instant now);
  Status keep_beside(const std::string& kept, bool is_whole);
  void forget_links();

  std::string path_;
  std::string part_path_;
  Descriptor old_;
  Descriptor part_;  // locked against another restore
};

}  // namespace claviger::sqlite
