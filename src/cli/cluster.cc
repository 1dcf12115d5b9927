#include "cli/groups.h"

namespace claviger::cli {
namespace {

Record record_of(const Member& member) {
  return {{"label", member.label},
          {"incarnation", uuid_text(member.incarnation)},
          {"renewals", member.renewals},
          {"acknowledged_epoch", member.acknowledged.number},
          {"epochs_behind", member.behind}};
}

Status show_nodes(Context& context) {
  auto* const members = context.session.members();
  if (members == nullptr)
    return fail(Code::not_found,
                "On SQLite there is no list of nodes: each sees a commit at its next check.");
  std::vector<Record> rows;
  for (const auto& member : TRY(members->list())) rows.push_back(record_of(member));
  const auto lease = std::int64_t{members->lease().count()};
  if (context.json)
    context.output.out += json_list_line("nodes", rows, {{"lease_ms", lease}});
  else
    context.output.out +=
        text_table({"label", "renewals", "acknowledged_epoch", "epochs_behind"}, rows);
  return {};
}

}  // namespace

void add_cluster_group(CLI::App& app, Chosen& chosen) {
  auto& group = add_group(app, "cluster", "The nodes that share a PostgreSQL database");
  auto& command = add_command(
      group, "status", "List the nodes that hold leases, and how far each has followed the log",
      "claviger cluster status --json", chosen,
      [](Process& process) { return run_with_session(process, {}, show_nodes); });
  add_json(command, chosen);
  add_setting_flags(command, chosen, false);
}

}  // namespace claviger::cli
