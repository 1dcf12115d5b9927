#include "service/audit.h"

#include <CLI/CLI.hpp>

#include "audit/export.h"
#include "base/ip_text.h"
#include "base/limits.h"
#include "cli/audit_verify.h"
#include "cli/groups.h"

namespace claviger::cli {
namespace {

constexpr std::int64_t page = 1'000;  // rows

struct Options {
  std::optional<std::int64_t> from;  // a row's number
  std::optional<std::int64_t> after;
  std::int64_t limit = limits::page_size_max;
};

Value id_value(const std::optional<AuditRow::Bytes>& bytes) {
  Uuid id{};
  if (!bytes || bytes->size() != id.size()) return {};
  std::copy(bytes->begin(), bytes->end(), id.begin());
  return uuid_text(id);
}

Value address_value(const std::optional<AuditRow::Bytes>& bytes) {
  IpAddress address{};
  if (!bytes || bytes->size() != address.bytes.size()) return {};
  std::copy(bytes->begin(), bytes->end(), address.bytes.begin());
  return ip_address_text(address);
}

Record record_of(const AuditRow& row) {
  return {{"sequence", row.sequence},
          {"at", rfc3339(from_unix_milliseconds(row.at_ms))},
          {"actor", row.actor},
          {"actor_id", id_value(row.actor_id)},
          {"action", row.action},
          {"object_id", id_value(row.object_id)},
          {"client_id", id_value(row.client_id)},
          {"request_id", row.request_id ? Value(hex(bytes_of(*row.request_id))) : Value()},
          {"address", address_value(row.address)},
          {"detail", row.detail}};
}

/// The rows after a number, or else the newest.
Status list(Context& context, const Options& options) {
  auto& store = context.services.store;
  const auto newest = TRY(store.audit_state()).newest.sequence;
  const auto after = options.after.value_or(std::max<std::int64_t>(0, newest - options.limit));
  std::vector<Record> rows;
  for (const auto& row : TRY(store.read_audit(after, options.limit)).rows)
    rows.push_back(record_of(row));
  if (context.json) {
    context.output.out += json_list_line("rows", rows, {{"newest_sequence", newest}});
    return {};
  }
  context.output.out += text_table({"sequence", "at", "actor", "actor_id", "action", "object_id",
                                    "client_id", "request_id", "address", "detail"},
                                   rows);
  return {};
}

/// The trail as it is from a row on.
Result<AuditTrail> trail_from(Store& store, std::optional<std::int64_t> from) {
  auto trail = TRY(store.audit_state()).trail;
  if (!from || *from <= trail.begin.sequence + 1) return trail;
  const auto before = TRY(store.read_audit(*from - 2, 1)).rows;
  if (before.empty() || before.front().sequence != *from - 1)
    return fail(Code::not_found, "There is no such row in the audit trail.");
  trail.seal.clear();
  trail.begin = {.sequence = *from - 1, .hash = {}};
  const auto& hash = before.front().hash;
  std::copy_n(hash.begin(), std::min(hash.size(), trail.begin.hash.size()),
              trail.begin.hash.begin());
  return trail;
}

Status export_rows(Context& context, const Options& options) {
  auto& store = context.services.store;
  const auto trail = TRY(trail_from(store, options.from));
  context.output.out += export_head(trail);
  for (auto at = trail.begin.sequence;;) {
    const auto found = TRY(store.read_audit(at, page));
    if (found.trail.begin.sequence > at)
      return fail(Code::conflict, "Retention took rows meanwhile: export again.");
    if (found.rows.empty()) return {};
    for (const auto& row : found.rows) context.output.out += export_line(row);
    at = found.rows.back().sequence;
    if (!context.output.flush())
      return fail(Code::storage_unavailable, "Standard output cannot be written.");
  }
}

Status checkpoint(Context& context) {
  const auto made = TRY(make_checkpoint(context.services));
  context.output.out += checkpoint_line(made) + "\n";
  if (made.signature.empty())
    context.say("It is not signed: there is no CLAVIGER_AUDIT_SIGNING_KEY.");
  return {};
}

void add_list(CLI::App& group, Chosen& chosen) {
  const auto o = std::make_shared<Options>();
  auto& command = add_session_command(group, "list", "List rows, the newest last",
                                      "claviger audit list --limit 20", chosen, {},
                                      [o](Context& context) { return list(context, *o); });
  command.add_option("--limit", o->limit, "how many at most (default: 100)")
      ->type_name("NUMBER")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{100'000}).description(""));
  command.add_option("--after", o->after, "those after this row (default: the newest rows)")
      ->type_name("NUMBER");
}

}  // namespace

void add_audit_group(CLI::App& app, Chosen& chosen) {
  auto& group =
      add_group(app, "audit", "The audit trail: who changed what, and whether it is true");
  add_list(group, chosen);
  add_audit_verify(group, chosen);
  const auto o = std::make_shared<Options>();
  add_session_command(group, "export", "Print the trail as JSON lines, which can be verified",
                      "claviger audit export > trail.jsonl", chosen, {},
                      [o](Context& context) { return export_rows(context, *o); })
      .add_option("--from", o->from, "the first row (default: the first there is)")
      ->type_name("NUMBER")
      ->check(CLI::PositiveNumber.description(""));
  add_session_command(group, "checkpoint",
                      "Print a checkpoint of how far the trail has come: one JSON line",
                      "claviger audit checkpoint >> checkpoints", chosen, {}, checkpoint);
}

}  // namespace claviger::cli
