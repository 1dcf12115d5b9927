#include "store/sqlite/restore.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "audit/event.h"
#include "base/bytes.h"
#include "store/sql/audit.h"
#include "store/sqlite/carry_over.h"
#include "store/sqlite/files.h"
#include "store/sqlite/migrations.h"
#include "store/sqlite/replacement.h"

namespace claviger {
namespace sqlite {
namespace {

// What the steps are of the whole, in hundredths: copying, the pages, the audit trail, the rest.
constexpr std::int64_t whole = 100;
constexpr std::int64_t copied_at = 40;
constexpr std::int64_t pages_read_at = 60;
constexpr std::int64_t chain_read_at = 80;

/// Further than any number that a database of which nothing is known may have come to.
constexpr std::int64_t unknown_epochs = std::int64_t{1} << 40;

tl::unexpected<Error> unsound(const std::string& file, std::string_view what) {
  return fail(Code::invalid_token,
              fmt::format("The backup \"{}\" {}. Nothing was restored.", file, what));
}

Result<std::int64_t> size_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return status.st_size;
  return fail(Code::not_found, fmt::format("There is no file \"{}\".", path));
}

/// What an error says, without a stop at its end.
std::string why(const Error& error) {
  auto text = error.cause.empty() ? error.detail : error.cause;
  if (text.ends_with('.')) text.pop_back();
  return text;
}

bool has_content(const std::string& path) {
  std::error_code error;
  return std::filesystem::file_size(path, error) > 0 && !error;
}

/// One restore, step by step.
class Restore {
 public:
  Restore(const RestoreTarget& target, const RestoreOptions& options,
          const RestoreProgress& progress)
      : target_(target), options_(options), progress_(progress) {}

  Result<Restored> run() {
    TRY_STATUS(check_file());
    const auto wanted = TRY(wanted_digest());
    auto place = TRY(Replacement::begin(target_.path));
    restored_.database = place.path();
    TRY_STATUS(copy(place, wanted));
    auto db = TRY(open_copy(place.part()));
    const bool is_whole = TRY(attach_old(*db, place));
    TRY_STATUS(db->run("BEGIN"));  // not IMMEDIATE, which would begin to write in the old one too
    TRY_STATUS(take_over(*db));
    TRY_STATUS(db->run("COMMIT"));
    if (is_whole) TRY_STATUS(db->run("DETACH old"));
    db.reset();
    restored_.kept = TRY(place.put_in_place(target_.now, is_whole));
    return std::move(restored_);
  }

 private:
  Status check_file();
  Result<std::optional<FileDigest>> wanted_digest() const;
  Status copy(Replacement& place, const std::optional<FileDigest>& wanted);
  Result<std::unique_ptr<Connection>> open_sound(const std::string& part);
  Result<std::unique_ptr<Connection>> open_copy(const std::string& part);
  Status check_pages(Connection& db);
  Status check_audit(Connection& db);
  Result<bool> attach_old(Connection& db, const Replacement& place);
  Status attach_sound(Connection& db, const std::string& path);
  Status take_over(Connection& db);
  Status take_over_old(Connection& db);
  Status set_epoch(Connection& db);
  std::string said() const;
  void tell(std::int64_t begin, std::int64_t end, std::int64_t done, std::int64_t all) const {
    if (progress_) progress_(begin + (end - begin) * done / std::max<std::int64_t>(all, 1), whole);
  }

  const RestoreTarget& target_;
  const RestoreOptions& options_;
  const RestoreProgress& progress_;
  bool is_attached_ = false;  // the replaced database is readable, and tells something
  Restored restored_;
};

Status Restore::check_file() {
  restored_.size_bytes = TRY(size_of(options_.file));
  std::error_code error;
  if (std::filesystem::equivalent(options_.file, target_.path, error))
    return fail(Code::unacceptable_field, "The backup is the database itself.");
  for (const auto* suffix : {"-wal", "-journal"})
    if (has_content(options_.file + suffix))
      return unsound(options_.file,
                     fmt::format("is not the whole: the rest is in \"{}{}\"; use a file that "
                                 "database backup has made",
                                 options_.file, suffix));
  return {};
}

Result<std::optional<FileDigest>> Restore::wanted_digest() const {
  if (options_.digest || options_.without_digest) return options_.digest;
  const auto beside = TRY(read_digest(options_.file));
  if (beside) return beside;
  return fail(Code::not_found,
              fmt::format("There is no \"{}\" to verify the backup by: give the digest that the "
                          "backup printed (--sha256), or take it unverified (--without-digest).",
                          digest_path(options_.file)));
}

Status Restore::copy(Replacement& place, const std::optional<FileDigest>& wanted) {
  const auto told = [&](std::int64_t bytes) { tell(0, copied_at, bytes, restored_.size_bytes); };
  restored_.digest = TRY(digest_file(options_.file, told, place.part_descriptor()));
  if (wanted && *wanted != restored_.digest)
    return unsound(options_.file, fmt::format("is not what was written: its SHA-256 is {}, and {} "
                                              "was expected",
                                              hex(restored_.digest), hex(*wanted)));
  return {};
}

Status Restore::check_pages(Connection& db) {
  const auto faults = TRY(
      db.number("SELECT (SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok')"
                " + (SELECT count(*) FROM pragma_foreign_key_check)"));
  if (faults != 0) return unsound(options_.file, "is damaged: see PRAGMA integrity_check");
  tell(copied_at, pages_read_at, 1, 1);
  return {};
}

Status Restore::check_audit(Connection& db) {
  const auto trail = TRY(sql::read_trail(db));
  const auto told = [&](std::int64_t done, std::int64_t all) {
    tell(pages_read_at, chain_read_at, done, all);
  };
  const auto checked = check_chain(db, "main", trail.begin, told);
  if (!checked && checked.error().code == Code::invalid_token)
    return unsound(options_.file, "was changed: " + checked.error().detail);
  TRY_STATUS(checked);
  if (checked->sequence > trail.begin.sequence)
    restored_.newest_change = from_unix_milliseconds(TRY(db.number(
        fmt::format("SELECT at_ms FROM audit_log WHERE sequence = {}", checked->sequence))));
  return {};
}

/// Opens the copy and finds it sound.
Result<std::unique_ptr<Connection>> Restore::open_sound(const std::string& part) {
  auto db = TRY(Connection::open({.path = part, .alone = true}));
  restored_.schema_version = TRY(schema_version(*db));
  if (restored_.schema_version == 0) return unsound(options_.file, "is empty");
  TRY_STATUS(check_pages(*db));
  return db;
}

/// And brings its schema up to date.
Result<std::unique_ptr<Connection>> Restore::open_copy(const std::string& part) {
  auto opened = open_sound(part);
  if (!opened && opened.error().code == Code::storage_unavailable)
    return unsound(options_.file, "cannot be used: " + why(opened.error()));
  auto db = TRY(std::move(opened));
  TRY_STATUS(db->run("PRAGMA journal_mode = DELETE"));
  TRY_STATUS(migrate(*db, target_.environment));
  TRY_STATUS(check_environment(*db, options_.file, target_.environment));
  TRY_STATUS(check_audit(*db));
  return db;
}

/// Makes one file of the replaced database and attaches it. False: that cannot be.
Result<bool> Restore::attach_old(Connection& db, const Replacement& place) {
  if (!place.has_old()) {
    restored_.unknown = "there is no database to replace that could tell";
    return false;
  }
  const auto attached = attach_sound(db, place.path());
  if (attached) return true;
  restored_.unknown = "the database to replace cannot be read: " + why(attached.error());
  return false;
}

Status Restore::attach_sound(Connection& db, const std::string& path) {
  auto old = TRY(Connection::open({.path = path, .alone = true}));
  const auto version = TRY(schema_version(*old));
  if (version == 0) return fail(Code::storage_unavailable, "it is empty");
  if (version != static_cast<int>(migrations().size()))
    return fail(Code::storage_unavailable,
                "it has an older schema: run claviger database migrate on it first");
  TRY_STATUS(check_environment(*old, path, target_.environment));
  const auto faults =
      TRY(old->number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"));
  if (faults != 0) return fail(Code::storage_unavailable, "it is damaged");
  old.reset();  // which takes in what is in its log
  const auto attach = TRY(db.prepare("ATTACH ?1 AS old"));
  attach->bind_text(path, sql::Statement::Arguments::copied);
  TRY_STATUS(attach->run());
  is_attached_ = true;
  return {};
}

Status Restore::take_over(Connection& db) {
  db.set_triggers(false);
  if (is_attached_) TRY_STATUS(take_over_old(db));
  if (!restored_.unknown.empty() && !options_.accept_revived && !options_.as_it_was)
    return fail(
        Code::conflict,
        fmt::format("What was taken back after {} may be good again, since {}. Nothing was "
                    "restored. --accept-revived does it nevertheless, best with --revoke-issued, "
                    "which has all tokens refused that were issued until now.",
                    restored_.newest_change ? rfc3339(*restored_.newest_change) : "the backup",
                    restored_.unknown));
  // Whoever was logged in to the panel, or had a link to, may have been logged out since.
  TRY_STATUS(db.run("DELETE FROM admin_sessions; DELETE FROM admin_links"));
  if (options_.revoke_issued) TRY_STATUS(db.run("UPDATE clients SET generation = generation + 1"));
  TRY_STATUS(set_epoch(db));
  TRY_STATUS(sql::append_audit(db, {.at = target_.now,
                                    .origin = Origin::command_line(),
                                    .action = audit_action::database_restored,
                                    .detail = said()}));
  tell(chain_read_at, whole, 1, 1);
  return {};
}

Status Restore::take_over_old(Connection& db) {
  const auto lineage = TRY(compare_lineage(db));
  if (!lineage.is_same) {
    restored_.unknown = "the database to replace is another one, of which this is no backup";
    return {};
  }
  restored_.taken_back = TRY(carry_over(db, lineage, options_.as_it_was, target_.now));
  if (!lineage.is_later) {
    restored_.unknown = "the database to replace is no later state of the backup";
    return {};
  }
  if (lineage.was_restored)
    restored_.unknown =
        "the database to replace was itself restored since, and has lost some of it";
  auto rows = carry_audit(db);
  if (rows)
    restored_.audit_rows = *rows;
  else
    restored_.unknown = "in the database to replace, " + rows.error().detail;
  return {};
}

/// Past what any process knew, twice: one entry does not reach back to it, so all that is in memory
/// is dropped.
Status Restore::set_epoch(Connection& db) {
  const auto own = TRY(db.number("SELECT epoch FROM fence_counter"));
  const auto old =
      is_attached_ ? TRY(db.number("SELECT epoch FROM old.fence_counter")) : own + unknown_epochs;
  restored_.epoch = Epoch{.number = std::max(own, old) + 2};
  return db.run(
      fmt::format("UPDATE fence_counter SET epoch = {0};"
                  "DELETE FROM fence_log;"
                  "INSERT INTO fence_log (epoch, kind, key) VALUES ({0}, 'K',"
                  " zeroblob(16))",
                  restored_.epoch.number));
}

/// The detail of the audit row.
std::string Restore::said() const {
  auto text = fmt::format("a backup with the SHA-256 {}", hex(restored_.digest));
  if (restored_.newest_change)
    text += fmt::format(", of {} or later", rfc3339(*restored_.newest_change));
  if (const auto& taken = restored_.taken_back)
    text += fmt::format(
        "; {} since: {} revocations, {} deactivations, {} rotations, {} changes of scopes, "
        "{} administrators; {} keys stay retired",
        options_.as_it_was ? "brought back" : "carried over what was taken back",
        taken->revocations, taken->deactivations, taken->rotations, taken->scope_changes,
        taken->administrators, taken->retired_keys);
  if (!restored_.unknown.empty()) text += "; more may be good again: " + restored_.unknown;
  if (options_.revoke_issued) text += "; all tokens revoked";
  return text;
}

}  // namespace
}  // namespace sqlite

Result<Restored> restore_sqlite(const RestoreTarget& target, const RestoreOptions& options,
                                const RestoreProgress& progress) {
  return sqlite::Restore(target, options, progress).run();
}

}  // namespace claviger
