#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "audit/checkpoint.h"

namespace claviger {

/// A trail, and from where on there are rows of it.
struct AuditTrail {
  AuditTrailId id{};
  AuditPoint begin{};  // the row before the first; row 0 if none was pruned
  std::string seal{};  // the line of the checkpoint of the last pruning; empty: there is none
};

/// What is wrong with a trail, and at which row.
struct AuditFault {
  std::int64_t sequence = 0;
  std::string problem{};
};

struct AuditReport {
  AuditTrailId trail{};
  AuditPoint begin{};  // the row before the first that was looked at
  AuditPoint end{};
  std::int64_t rows = 0;
  std::int64_t compared = 0;  // checkpoints that a row was compared with
  std::int64_t too_old = 0;   // checkpoints of rows before the first
  bool signatures_checked = false;
  bool begins_at_row_one = true;
  std::vector<AuditFault> faults{};  // the first hundred
  std::int64_t faults_total = 0;

  bool is_sound() const { return faults_total == 0; }
};

/// Goes along a trail, row by row, and finds where it is not what was written. Holds no rows.
class TrailCheck {
 public:
  /// `key`, if not null, has signed the checkpoints and the seal, and must outlive this.
  TrailCheck(const AuditTrail& trail, std::vector<AuditCheckpoint> checkpoints,
             const PublicKey* key);

  /// Begins behind a later row: those before it were pruned meanwhile.
  void move_begin(const AuditTrail& trail);
  /// The next row, by its number.
  void add(const AuditRow& row);
  /// How far it has come.
  const AuditPoint& at() const { return report_.end; }
  /// To be called at the end.
  AuditReport finish();

 private:
  void check_checkpoints();
  void check_seal(const AuditTrail& trail);
  void begin(const AuditTrail& trail);
  void compare();
  void fault(std::int64_t sequence, std::string problem);

  std::vector<AuditCheckpoint> checkpoints_;  // in the order of their rows
  std::size_t next_ = 0;                      // among them, not compared yet
  const PublicKey* key_;
  AuditReport report_;
};

}  // namespace claviger
