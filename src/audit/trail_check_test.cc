// AUD-2: what is found of what can be done to a trail.
#include "audit/trail_check.h"

#include <gmock/gmock.h>

#include <utility>

#include "audit/export.h"
#include "base/bytes.h"

namespace claviger {
namespace {

using testing::HasSubstr;

const AuditTrailId this_trail{.environment = "test", .id = {1, 2, 3}};

AuditPoint point_of(const AuditRow& row) {
  AuditPoint point{.sequence = row.sequence, .hash = {}};
  std::copy(row.hash.begin(), row.hash.end(), point.hash.begin());
  return point;
}

class TrailChecks : public testing::Test {
 protected:
  TrailChecks() {
    auto last = trail_.begin;
    for (int i = 0; i < 10; ++i) {
      rows_.push_back(audit_row(last, {.at = from_unix_seconds(i),
                                       .origin = Origin::command_line(),
                                       .action = audit_action::token_issued,
                                       .detail = std::to_string(i)}));
      last = point_of(rows_.back());
    }
  }
  /// A checkpoint of a row as it was written.
  AuditCheckpoint of(std::size_t row, bool is_signed = true) {
    return signed_checkpoint({.trail = this_trail, .point = point_of(rows_[row - 1]), .at_ms = 5},
                             is_signed ? &key_ : nullptr);
  }
  AuditReport check(const std::vector<AuditRow>& rows,
                    std::vector<AuditCheckpoint> checkpoints = {}, bool with_key = true) {
    TrailCheck check(trail_, std::move(checkpoints), with_key ? &public_key_ : nullptr);
    for (const auto& row : rows) check.add(row);
    return check.finish();
  }
  static std::string problem(const AuditReport& report) {
    EXPECT_EQ(report.faults_total, 1);
    return report.faults.empty() ? "" : report.faults.front().problem;
  }
  /// As if the rows were all true.
  void chain_anew(std::vector<AuditRow>& rows) {
    auto last = trail_.begin;
    for (auto& row : rows) {
      row.sequence = last.sequence + 1;
      row.hash = text_of(audit_hash(last.hash, row));
      last = point_of(row);
    }
  }

  AuditTrail trail_{.id = this_trail, .begin = audit_beginning("test", this_trail.id)};
  std::vector<AuditRow> rows_;
  SignatureKey key_ =
      *SignatureKey::from_pem(SignatureKey::generate_pem(SignatureKey::Kind::ed25519));
  PublicKey public_key_ = *PublicKey::from_pem(key_.public_pem());
};

TEST_F(TrailChecks, AnHonestTrailIsSound) {  // AUD-2
  const auto report = check(rows_, {of(10), of(3), of(3)});
  EXPECT_TRUE(report.is_sound());
  EXPECT_EQ(report.rows, 10);
  EXPECT_EQ(report.compared, 3);
  EXPECT_EQ(report.end, point_of(rows_.back()));
}

TEST_F(TrailChecks, AnEditedRowIsNamed) {  // AUD-2
  auto rows = rows_;
  rows[4].detail = "another";
  EXPECT_THAT(problem(check(rows)), HasSubstr("row 5 is not what was written behind row 4"));
}

TEST_F(TrailChecks, MissingRowsAreNamed) {  // AUD-2
  auto rows = rows_;
  rows.erase(rows.begin() + 3, rows.begin() + 6);
  EXPECT_THAT(problem(check(rows)), HasSubstr("rows 4 to 6 are missing"));
  rows = rows_;
  rows.erase(rows.begin());
  EXPECT_THAT(problem(check(rows)), HasSubstr("row 1 is missing"));
}

TEST_F(TrailChecks, TwoRowsThatChangedPlacesAreFound) {  // AUD-2
  auto rows = rows_;
  std::swap(rows[2], rows[3]);
  std::swap(rows[2].sequence, rows[3].sequence);
  EXPECT_GE(check(rows).faults_total, 2);
  rows = rows_;
  std::swap(rows[2], rows[3]);
  EXPECT_GE(check(rows).faults_total, 2);
}

TEST_F(TrailChecks, OnlyACheckpointFindsATrailThatWasWrittenAnew) {  // AUD-2
  auto rows = rows_;
  rows[4].detail = "another";
  chain_anew(rows);
  EXPECT_TRUE(check(rows).is_sound());
  EXPECT_TRUE(check(rows, {of(4)}).is_sound());
  EXPECT_THAT(problem(check(rows, {of(4), of(8)})), HasSubstr("row 8 is not the one"));
}

TEST_F(TrailChecks, OnlyACheckpointFindsAnEndThatWasCutOff) {  // AUD-2
  const std::vector<AuditRow> rows(rows_.begin(), rows_.begin() + 7);
  EXPECT_TRUE(check(rows).is_sound());
  EXPECT_THAT(problem(check(rows, {of(9), of(10)})), HasSubstr("ends with row 7"));
}

TEST_F(TrailChecks, ACheckpointThatIsNotSignedByTheKeyCountsForNothing) {  // AUD-2
  EXPECT_THAT(problem(check(rows_, {of(5, false)})), HasSubstr("not signed"));
  auto changed = of(5);
  changed.at_ms = 6;
  EXPECT_THAT(problem(check(rows_, {changed})), HasSubstr("not signed by this key"));
  const auto other =
      *SignatureKey::from_pem(SignatureKey::generate_pem(SignatureKey::Kind::ed25519));
  EXPECT_THAT(problem(check(rows_, {signed_checkpoint(of(5), &other)})), HasSubstr("this key"));
  EXPECT_TRUE(check(rows_, {of(5, false)}, false).is_sound());
}

TEST_F(TrailChecks, AnotherDatabasesTrailIsNotTakenForThisOne) {  // AUD-2
  auto foreign = of(5);
  foreign.trail.id[0] = 9;
  EXPECT_THAT(problem(check(rows_, {signed_checkpoint(foreign, &key_)})),
              HasSubstr("another trail"));
  trail_.id.environment = "production";
  EXPECT_FALSE(check(rows_).is_sound());  // the beginning is not that of this name
}

TEST_F(TrailChecks, WhatRetentionTookIsSealed) {  // AUD-2
  const auto seal = [&](std::size_t row, AuditCheckpoint::Purpose purpose) {
    auto checkpoint = of(row);
    checkpoint.purpose = purpose;
    return checkpoint_line(signed_checkpoint(checkpoint, &key_));
  };
  using Purpose = AuditCheckpoint::Purpose;
  const std::vector<AuditRow> rows(rows_.begin() + 4, rows_.end());
  trail_.begin = point_of(rows_[3]);
  trail_.seal = seal(4, Purpose::pruned);
  const auto report = check(rows, {of(2), of(4), of(9)});
  EXPECT_TRUE(report.is_sound());
  EXPECT_EQ(report.too_old, 1);
  EXPECT_EQ(report.compared, 2);
  for (const auto& wrong :
       {std::string(), seal(3, Purpose::pruned), seal(4, Purpose::checkpoint)}) {
    trail_.seal = wrong;
    EXPECT_THAT(problem(check(rows)), HasSubstr("rows 1 to 4 are missing, and no signature"));
    EXPECT_TRUE(check(rows, {}, false).is_sound());
  }
}

TEST_F(TrailChecks, RetentionMayTakeRowsMeanwhile) {  // AUD-2
  TrailCheck check(trail_, {of(2), of(5), of(9)}, nullptr);
  check.add(rows_[0]);
  trail_.begin = point_of(rows_[3]);
  check.move_begin(trail_);
  for (std::size_t i = 4; i < rows_.size(); ++i) check.add(rows_[i]);
  const auto report = check.finish();
  EXPECT_TRUE(report.is_sound());
  EXPECT_EQ(report.compared, 2);
}

TEST_F(TrailChecks, AThousandFaultsAreCountedAndAHundredTold) {  // AUD-2
  auto rows = rows_;
  for (int i = 0; i < 1000; ++i) rows.push_back(rows_[0]);
  const auto report = check(rows);
  EXPECT_EQ(report.faults_total, 1000);
  EXPECT_EQ(report.faults.size(), 100U);
}

TEST_F(TrailChecks, AnExportIsTheSameTrail) {  // AUD-2
  trail_.seal = "{\"a\":1}";
  const auto head = export_head(trail_);
  const auto read = parse_export_head(std::string_view(head).substr(0, head.size() - 1));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, trail_.id);
  EXPECT_EQ(read->begin, trail_.begin);
  EXPECT_EQ(read->seal, trail_.seal);
  std::vector<AuditRow> rows;
  for (const auto& row : rows_) {
    const auto line = export_line(row);
    rows.push_back(*parse_export_line(std::string_view(line).substr(0, line.size() - 1)));
  }
  EXPECT_TRUE(check(rows, {of(10)}).is_sound());
}

TEST_F(TrailChecks, ALineThatCouldBeReadTwoWaysIsNoneOfAnExport) {  // AUD-2
  auto line = export_line(rows_[0]);
  line.pop_back();
  ASSERT_TRUE(parse_export_line(line));
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"\"at\":\"1970", "\"at\":\"1971"},
           {"{\"sequence\":1,", "{\"sequence\":1,\"detail\":\"x\","},
           {"\"actor\":", "\"actor\": "},
           {"\"hash\":\"", "\"hash\":\"00"},
           {"\"object_id\":null", "\"object_id\":\"no\""},
           {"\"detail\":\"0\"", "\"detail\":0"}}) {
    auto wrong = line;
    wrong.replace(wrong.find(from), from.size(), to);
    EXPECT_FALSE(parse_export_line(wrong)) << wrong;
  }
  EXPECT_FALSE(parse_export_line("null"));
  EXPECT_FALSE(parse_export_head(line));
}

TEST_F(TrailChecks, CheckpointsAreFoundInALog) {  // AUD-2
  const auto checkpoint = of(5);
  auto line = checkpoint_line(checkpoint);
  line.insert(1, R"("time":"2026-01-01T00:00:00.000Z","level":"info",)");
  const auto read = parse_checkpoint_line(line);
  ASSERT_TRUE(read && *read);
  EXPECT_TRUE(is_signed_by(**read, public_key_));
  EXPECT_EQ((*read)->point, checkpoint.point);
  EXPECT_FALSE(*parse_checkpoint_line(R"({"event":"request","route":"audit_checkpoint"})"));
  EXPECT_FALSE(*parse_checkpoint_line("no JSON at all"));
  line.replace(line.find("\"hash\":\""), 8, "\"hash\":\"x");
  EXPECT_FALSE(parse_checkpoint_line(line));
}

}  // namespace
}  // namespace claviger
