#include "cli/audit_verify.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>

#include "audit/export.h"
#include "cli/progress.h"
#include "config/read_file.h"
#include "service/audit.h"

namespace claviger::cli {
namespace {

struct Options {
  std::vector<std::string> checkpoint_files;
  std::string public_key_file;
  std::string export_file;  // empty: the database
};

Result<std::ifstream> open_lines(const std::string& path) {
  std::ifstream file(path);
  if (!file) return fail(Code::not_found, fmt::format("The file \"{}\" cannot be read.", path));
  return file;
}

/// All checkpoints of a checkpoint file, or of a log.
Status read_checkpoints(const std::string& path, std::vector<AuditCheckpoint>& all) {
  auto file = TRY(open_lines(path));
  const auto before = all.size();
  std::string line;
  for (std::int64_t number = 1; std::getline(file, line); ++number) {
    auto checkpoint = parse_checkpoint_line(line);
    if (!checkpoint)
      return fail(Code::malformed_body,
                  fmt::format("{} line {}: {}", path, number, checkpoint.error().detail));
    if (*checkpoint) all.push_back(**std::move(checkpoint));
  }
  if (all.size() == before)
    return fail(Code::malformed_body, fmt::format("There is no checkpoint in {}.", path));
  return {};
}

Result<std::optional<PublicKey>> read_key(const std::string& path) {
  if (path.empty()) return std::optional<PublicKey>{};
  const auto file = read_small_file(path);
  if (!file) return fail(Code::not_found, fmt::format("{}: {}", path, file.error()));
  auto key = file->text.reveal(PublicKey::from_pem);
  if (!key)
    return fail(Code::unacceptable_field,
                fmt::format("{} {}.", path, key.error().fields.front().message));
  return std::optional(*std::move(key));
}

/// The key's own public half, on the machine that has it.
Result<std::optional<PublicKey>> own_key(Services& services) {
  if (services.audit_key == nullptr) return std::optional<PublicKey>{};
  return std::optional(TRY(PublicKey::from_pem(services.audit_key->public_pem())));
}

void show(Output& output, bool json, const AuditReport& report) {
  const Record record{{"sound", report.is_sound()},
                      {"environment", report.trail.environment},
                      {"trail", hex(report.trail.id)},
                      {"rows", report.rows},
                      {"first_sequence", report.begin.sequence + 1},
                      {"last_sequence", report.end.sequence},
                      {"checkpoints_compared", report.compared},
                      {"checkpoints_too_old", report.too_old},
                      {"signatures_checked", report.signatures_checked},
                      {"faults_total", report.faults_total}};
  std::vector<Record> faults;
  for (const auto& fault : report.faults) {
    faults.push_back({{"sequence", fault.sequence}, {"problem", fault.problem}});
    if (!json) output.err += "claviger: " + fault.problem + "\n";
  }
  output.out += json ? json_list_line("faults", faults, record) : text_lines(record);
}

/// What was not looked into, and how it could be.
void show_limits(Output& output, const AuditReport& report) {
  if (report.compared == 0)
    output.err +=
        "No checkpoint was compared. Without one from elsewhere, a trail that was written anew as "
        "a "
        "whole, or whose end was cut off, looks sound: --checkpoint FILE\n";
  else if (!report.signatures_checked)
    output.err += "The checkpoints' signatures were not checked: --public-key FILE\n";
  if (report.begin.sequence > 0 && !report.signatures_checked)
    output.err += fmt::format(
        "Rows 1 to {} are not there. That retention took them is not proven: --public-key FILE\n",
        report.begin.sequence);
}

Result<AuditReport> verify_export(const Options& options) {
  std::vector<AuditCheckpoint> checkpoints;
  for (const auto& path : options.checkpoint_files) TRY_STATUS(read_checkpoints(path, checkpoints));
  const auto key = TRY(read_key(options.public_key_file));
  auto file = TRY(open_lines(options.export_file));
  std::string line;
  std::getline(file, line);
  TrailCheck check(TRY(parse_export_head(line)), std::move(checkpoints), key ? &*key : nullptr);
  for (std::int64_t number = 2; std::getline(file, line); ++number) {
    const auto row = parse_export_line(line);
    if (!row)
      return fail(Code::invalid_token,
                  fmt::format("{} line {}: {}", options.export_file, number, row.error().detail));
    check.add(*row);
  }
  return check.finish();
}

Result<AuditReport> verify_database(Context& context, const Options& options) {
  AuditVerification verification;
  for (const auto& path : options.checkpoint_files)
    TRY_STATUS(read_checkpoints(path, verification.checkpoints));
  const auto key = options.public_key_file.empty() ? TRY(own_key(context.services))
                                                   : TRY(read_key(options.public_key_file));
  if (key) verification.key = &*key;
  Progress progress("verifying");
  verification.progress = [&](std::int64_t done, std::int64_t total) {
    progress.show(done, total);
  };
  return verify_audit_trail(context.services, verification);
}

int finish(Output& output, bool json, const AuditReport& report) {
  show(output, json, report);
  show_limits(output, report);
  return report.is_sound() ? exit_ok : exit_refused;
}

int run_verify(Process& process, const Options& options) {
  if (!options.export_file.empty()) {
    const auto report = verify_export(options);
    return report ? finish(process.output, process.json, *report)
                  : cli::report(process.output, report.error());
  }
  int verdict = exit_ok;
  const int status = run_with_session(process, {}, [&](Context& context) -> Status {
    verdict = finish(context.output, context.json, TRY(verify_database(context, options)));
    return {};
  });
  return status == exit_ok ? verdict : status;
}

}  // namespace

void add_audit_verify(CLI::App& group, Chosen& chosen) {
  const auto o = std::make_shared<Options>();
  auto& command =
      add_command(group, "verify", "Find rows that were changed, taken out, put in or moved",
                  "claviger audit verify --checkpoint checkpoints --public-key audit-key.pub",
                  chosen, [o](Process& process) { return run_verify(process, *o); });
  command
      .add_option("--checkpoint", o->checkpoint_files,
                  "a file of checkpoints, or the server's log; once for each")
      ->type_name("FILE")
      ->expected(1)
      ->take_all();
  command
      .add_option("--public-key", o->public_key_file,
                  "the public half of CLAVIGER_AUDIT_SIGNING_KEY, PEM (default: that key, if set)")
      ->type_name("FILE");
  command.add_option("--export", o->export_file, "verify what audit export printed instead")
      ->type_name("FILE");
  command.footer(
      "Exit status 0: sound. 1: not sound; every fault is told.\n\nExample:\n  claviger audit "
      "verify "
      "--checkpoint checkpoints --public-key audit-key.pub");
  add_json(command, chosen);
  add_setting_flags(command, chosen, false);
}

}  // namespace claviger::cli
