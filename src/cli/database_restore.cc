#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/bytes.h"
#include "cli/groups.h"
#include "cli/progress.h"

namespace claviger::cli {
namespace {

struct Asked {
  std::string digest;
  RestoreOptions options;
};

Status read_digest(Asked& asked) {
  if (asked.digest.empty()) return {};
  if (hex_decode(asked.digest, asked.options.digest.emplace())) return {};
  return fail(Code::unacceptable_field, "--sha256: give the 64 hexadecimal digits of a SHA-256.");
}

Value count(const Restored& restored, std::int64_t TakenBackSince::*counter) {
  return restored.taken_back ? Value(*restored.taken_back.*counter) : Value();
}

Record record_of(const Restored& restored, const RestoreOptions& options) {
  return {{"database", restored.database},
          {"kept", restored.kept.empty() ? Value() : Value(restored.kept)},
          {"sha256", hex(restored.digest)},
          {"schema_version", std::int64_t{restored.schema_version}},
          {"size_bytes", restored.size_bytes},
          {"newest_change_at",
           restored.newest_change ? Value(rfc3339(*restored.newest_change)) : Value()},
          {"carried_over", restored.taken_back.has_value() && !options.as_it_was},
          {"revocations", count(restored, &TakenBackSince::revocations)},
          {"deactivations", count(restored, &TakenBackSince::deactivations)},
          {"rotations", count(restored, &TakenBackSince::rotations)},
          {"scope_changes", count(restored, &TakenBackSince::scope_changes)},
          {"administrators", count(restored, &TakenBackSince::administrators)},
          {"retired_keys", count(restored, &TakenBackSince::retired_keys)},
          {"audit_rows", restored.audit_rows},
          {"unknown", restored.unknown.empty() ? Value() : Value(restored.unknown)},
          {"all_tokens_revoked", options.revoke_issued},
          {"epoch", restored.epoch.number}};
}

/// What is to be known of what was taken back, for whoever sits at the terminal.
std::string warning_of(const Restored& restored, const RestoreOptions& options) {
  std::string out;
  if (const auto& taken = restored.taken_back) {
    const auto all = taken->revocations + taken->deactivations + taken->rotations +
                     taken->scope_changes + taken->administrators;
    if (options.as_it_was)
      out += fmt::format(
          "Warning: {} times something was taken back after the backup, and is good "
          "again, as --as-it-was asks.\n",
          all);
    else
      out += fmt::format(
          "Carried over: {} times something was taken back after the backup, and "
          "stays taken back.\n",
          all);
    if (taken->retired_keys > 0)
      out += fmt::format("Keys retired after the backup stay retired: {}.\n", taken->retired_keys);
  }
  if (!restored.unknown.empty())
    out += fmt::format(
        "Warning: what else was taken back after {} is not known and may be good "
        "again, since {}.\n",
        restored.newest_change ? rfc3339(*restored.newest_change) : "the backup", restored.unknown);
  if (!restored.kept.empty())
    out += fmt::format("The replaced database, as secret as this one, is {}\n", restored.kept);
  return out;
}

int run_restore(Process& process, Asked asked) {
  if (const auto read = read_digest(asked); !read) return report(process.output, read.error());
  const auto settings = settings_for_command(process);
  if (!settings) return exit_settings;
  const auto restored = [&] {
    Progress progress("restoring");
    return process.wiring.restore(
        *settings, asked.options,
        [&](std::int64_t done, std::int64_t all) { progress.show(done, all); });
  }();
  if (!restored) return report(process.output, restored.error());
  const auto record = record_of(*restored, asked.options);
  process.output.out += process.json ? json_line(record) : text_lines(record);
  process.output.err += warning_of(*restored, asked.options);
  return exit_ok;
}

constexpr const char* footer =
    R"(No server may have the database open. The backup is verified by its digest, its pages and its
audit trail; the replaced database stays beside, as DATABASE.before-restore-TIME. Whatever
interrupts a restore, the old database or the new one is in place, whole.

What was taken back after the backup stays taken back, as far as the replaced database tells:
revoked tokens, deactivated clients and users, rotated secrets and API keys, changed scopes,
removed administrators, retired keys. If there is none, or it does not tell all, the restore is
refused without --accept-revived. All sessions of the admin panel end.

Example:
  claviger database restore /var/backups/claviger-2026-01-01.db)";

}  // namespace

void add_database_restore(CLI::App& group, Chosen& chosen) {
  const auto asked = std::make_shared<Asked>();
  auto& command =
      add_command(group, "restore", "Put a backup in the place of the database", "", chosen,
                  [asked](Process& process) { return run_restore(process, *asked); });
  auto& options = asked->options;
  command.add_option("FILE", options.file, "what database backup has made")
      ->type_name("")
      ->required();
  auto* digest = command
                     .add_option("--sha256", asked->digest,
                                 "the digest that the backup printed (default: in FILE.sha256)")
                     ->type_name("DIGEST");
  command.add_flag("--without-digest", options.without_digest, "do not verify the digest")
      ->excludes(digest);
  command.add_flag("--accept-revived", options.accept_revived,
                   "also if it is not known what was taken back after the backup");
  command.add_flag("--as-it-was", options.as_it_was,
                   "undo what was taken back after the backup, but for retired keys");
  command.add_flag("--revoke-issued", options.revoke_issued,
                   "have every token refused that was issued until now");
  add_json(command, chosen);
  add_setting_flags(command, chosen, false);
  command.footer(footer);
}

}  // namespace claviger::cli
