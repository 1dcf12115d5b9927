#include "api/admin_endpoints.h"
#include "base/json_writer.h"

namespace claviger::api {
namespace {

constexpr std::size_t kDateChars = 10;  // "2026-12-01"

void write_numbers(JsonWriter& json, const std::vector<std::int64_t>& numbers) {
  json.begin_array();
  for (const auto number : numbers) json.value(number);
  json.end_array();
}

void write_series(JsonWriter& json, const Traffic::Series& series) {
  using Kind = Traffic::Kind;
  json.key("series").begin_object().field("step_seconds", 60).field("from", series.from);
  write_numbers(json.key("issued"), series.of(Kind::issued));
  write_numbers(json.key("accepted"), series.of(Kind::accepted));
  json.key("refused").begin_object();
  write_numbers(json.key("malformed"), series.of(Kind::malformed));
  write_numbers(json.key("expired"), series.of(Kind::expired));
  write_numbers(json.key("unknown"), series.of(Kind::unknown));
  write_numbers(json.key("revoked"), series.of(Kind::revoked));
  json.end_object().end_object();
}

void write_slow(JsonWriter& json, const SlowCounts& counts) {
  json.key("expiring").begin_array();
  for (const auto& day : counts.expiring)
    json.begin_object()
        .field("day", std::string_view(rfc3339(day.begins)).substr(0, kDateChars))
        .field("tokens", day.tokens)
        .end_object();
  json.end_array()
      .key("stale")
      .begin_object()
      .field("after_days", stale_after.count())
      .field("secrets", counts.stale.secrets)
      .field("api_keys", counts.stale.api_keys)
      .field("unused_users", counts.stale.unused_users)
      .end_object();
}

}  // namespace

Status get_admin_overview(Call& call) {
  auto& app = call.app;
  const auto now = app.services.clock.now();
  const auto overview = TRY(app.overview.make(app.services));
  JsonWriter json(json_body(call));
  json.begin_object()
      .field("clients", overview.clients)
      .field("users", overview.users)
      .field("tokens_live", overview.tokens_live)
      .field("uptime_seconds", std::chrono::floor<seconds>(now - app.started).count());
  write_series(json, app.traffic.series(now));
  write_slow(json, overview.slow);
  json.end_object();
  return {};
}

}  // namespace claviger::api
