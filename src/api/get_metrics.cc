#include "api/endpoints.h"
#include "observe/exposition.h"
#include "observe/process.h"

namespace claviger::api {
namespace {

double number(std::int64_t count) {
  return static_cast<double>(count);
}

double number(const Counter& counter) {
  return number(counter.value());
}

double seconds_of(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

void add_checks(Exposition& out, const Traffic& traffic) {
  constexpr std::string_view name = "claviger_verifications_total";
  constexpr std::string_view help =
      "Bearer tokens that were checked, by the layer that refused them, or accepted.";
  using Kind = Traffic::Kind;
  for (const auto& [outcome, kind] : {std::pair{"accepted", Kind::accepted},
                                      {"malformed", Kind::malformed},
                                      {"expired", Kind::expired},
                                      {"unknown", Kind::unknown},
                                      {"revoked", Kind::revoked}})
    out.counter(name, help, number(traffic.total(kind)), {{"outcome", outcome}});
  out.counter("claviger_tokens_issued_total", "Tokens that were issued.",
              number(traffic.total(Kind::issued)));
}

void add_view(Exposition& out, const LiveView& view) {
  const auto& counts = view.counts();
  out.gauge("claviger_cached_tokens", "Tokens held in memory.", static_cast<double>(view.size()));
  out.gauge("claviger_cached_tokens_max", "How many tokens may be held (CLAVIGER_CACHE_TOKENS).",
            static_cast<double>(view.capacity()));
  out.counter("claviger_cache_hits_total", "Look-ups of tokens that were answered from memory.",
              number(counts.hits));
  out.counter("claviger_cache_misses_total", "Look-ups of tokens that asked the database.",
              number(counts.misses));
  out.counter("claviger_cache_flushes_total",
              "Times that memory was emptied: the log of changes did not reach back far enough, or "
              "was another after a failover.",
              number(counts.flushes));
  out.counter("claviger_cache_fills_voided_total",
              "Records that were not kept, because something was taken back while they were read.",
              number(counts.voided));
}

void add_fence(Exposition& out, const Fence& fence, const LiveView& view) {
  const auto& counts = fence.counts();
  std::uint64_t raised = 0;
  for (const auto count : counts.raised.counts()) raised += count;
  out.counter("claviger_revocations_total",
              "Changes that took something back and were acknowledged: every node refuses it.",
              static_cast<double>(raised));
  out.durations("claviger_fence_seconds",
                "From the commit of a revocation until no node accepts what it took back.",
                counts.raised);
  out.counter("claviger_fence_incomplete_total",
              "Revocations that were stored, but not acknowledged.", number(counts.incomplete));
  out.gauge("claviger_epoch", "The newest revocation that this server knows, by its number.",
            number(view.position().number));
}

/// Where nodes share a database.
void add_lease(Exposition& out, const FenceMember& member) {
  const auto& counts = member.counts();
  out.gauge("claviger_lease_remaining_seconds",
            "How long this server may still answer checks from memory; 0: it asks, or refuses.",
            seconds_of(member.lease().remaining()));
  out.durations("claviger_lease_renewal_seconds", "How long the renewals of its lease took.",
                counts.renewals);
  out.counter("claviger_lease_failures_total",
              "Renewals, and looks at the log of changes, that failed.",
              number(counts.failed_rounds));
  out.counter("claviger_fence_waited_out_total",
              "Revocations that stood only when the lease of a silent node was over.",
              number(counts.waited_out));
  out.gauge("claviger_nodes", "Nodes at this server's last look, itself included.",
            number(counts.members));
  out.counter("claviger_nodes_removed_total", "Nodes that this server removed for being silent.",
              number(counts.removed));
}

void add_database(Exposition& out, const StoreTimes& times) {
  constexpr std::string_view name = "claviger_database_seconds";
  constexpr std::string_view help =
      "How long uses of the database took, the wait for a connection included.";
  out.durations(name, help, times.reads, {{"operation", "read"}});
  out.durations(name, help, times.commits, {{"operation", "commit"}});
}

void add_edge(Exposition& out, const App& app, const Log& log) {
  out.counter("claviger_authentication_failures_total",
              "Attempts with a wrong API key, secret, master password or login.",
              number(app.attempts.counts().failed));
  out.counter("claviger_rate_limited_total", "Attempts that were answered with 429.",
              number(app.attempts.counts().refused));
  out.counter("claviger_errors_total", "Answers with a status of 500 or above.",
              number(app.errors));
  if (app.connections) {
    const auto connections = app.connections();
    out.gauge("claviger_connections", "Connections that are open.", number(connections.open));
    out.counter("claviger_connections_refused_total",
                "Connections that were closed at once, because there were too many.",
                number(connections.refused));
  }
  out.counter("claviger_log_lines_dropped_total",
              "Lines of the log that were lost, because nobody read them.",
              number(log.lines_dropped()));
}

/// By the names that every Prometheus client library has.
void add_process(Exposition& out, Instant started) {
  out.gauge("process_start_time_seconds", "When the process began, in seconds since 1970.",
            seconds_of(started.time_since_epoch()));
  const auto use = process_use();
  if (!use) return;
  out.counter("process_cpu_seconds_total", "Processor time, user and system.", use->cpu_seconds);
  out.gauge("process_resident_memory_bytes", "Memory in use.", number(use->resident_bytes));
  out.gauge("process_open_fds", "Open files and sockets.", number(use->open_files));
}

}  // namespace

Status get_metrics(Call& call) {
  const App& app = call.app;
  if (!any_contains(app.metrics_allow, call.request.peer))
    return fail(Code::address_not_allowed,
                "Metrics are for the addresses in CLAVIGER_METRICS_ALLOW.");
  const Services& services = app.services;
  Exposition out;
  out.gauge("claviger_build_info", "What this server is.", 1,
            {{"version", CLAVIGER_VERSION}, {"environment", services.policy.environment.name()}});
  add_checks(out, app.traffic);
  add_fence(out, services.fence, services.view);
  if (const auto* member = services.fence.member()) add_lease(out, *member);
  add_view(out, services.view);
  add_database(out, services.store.times());
  add_edge(out, app, app.log);
  add_process(out, app.started);
  call.response.status = call.route.status;
  call.response.content_type = Exposition::content_type;
  call.response.body = out.text();
  return {};
}

}  // namespace claviger::api
