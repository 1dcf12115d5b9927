#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/groups.h"
#include "cli/progress.h"
#include "service/audit.h"

namespace claviger::cli {
namespace {

constexpr std::int64_t batch = 500;  // rows a transaction, so that a server's writes fit in between

/// What a server does in the background (service/housekeeping.h), now and to the end.
Status prune(Context& context) {
  const auto now = context.services.clock.now();
  const auto tokens_before = now - context.settings.token_retention;
  Store& store = context.services.store;
  const auto total = TRY(store.count_expiring(Instant{}, tokens_before));
  Progress progress("pruning");
  std::int64_t tokens = 0;
  for (auto some = batch; some == batch; tokens += some) {
    some = TRY(store.prune(tokens_before, batch));
    progress.show(tokens + some, std::max(total, tokens + some));
  }
  std::int64_t audit_rows = 0;
  if (const auto kept = context.settings.audit_retention; kept > std::chrono::seconds{0})
    for (auto some = batch; some == batch; audit_rows += some)
      some = TRY(prune_audit_trail(context.services, now - kept, batch));
  context.show({{"tokens", tokens}, {"audit_rows", audit_rows}});
  return {};
}

}  // namespace

void add_database_prune(CLI::App& group, Chosen& chosen) {
  auto& command = add_command(
      group, "prune",
      "Delete now what is past its retention; a server does so by itself, little by little",
      "claviger database prune", chosen,
      [](Process& process) { return run_with_session(process, {}, prune); });
  add_json(command, chosen);
  add_setting_flags(command, chosen, false);
}

}  // namespace claviger::cli
