#include <benchmark/benchmark.h>

#include <memory>

#include "api/api.h"
#include "bench/micro/node.h"
#include "bench/micro/request_text.h"
#include "http/request_parser.h"

namespace claviger::bench {
namespace {

void live_view_hit(benchmark::State& state) {
  const auto& ids = node().token_ids;
  const auto now = node().clock.now();
  std::size_t i = 0;
  for (auto _ : state) {
    const auto reading = node().view.read();
    auto found = node().view.try_find(reading, ids[i++ % ids.size()], now);
    if (!found) state.SkipWithError("not in memory");
    benchmark::DoNotOptimize(found);
  }
}
BENCHMARK(live_view_hit);

void whole_check(benchmark::State& state) {
  const auto& tokens = node().tokens;
  std::size_t i = 0;
  for (auto _ : state) {
    auto verdict = try_check_token(node().services, tokens[i++ % tokens.size()]);
    if (!verdict || !std::holds_alternative<Identity>(*verdict)) state.SkipWithError("refused");
    benchmark::DoNotOptimize(verdict);
  }
}
BENCHMARK(whole_check);

/// From the parsed request to the response, without sockets.
void get_token_by_api(benchmark::State& state) {
  static AttemptLimiter limiter({.attempts_per_minute = 60}, node().random);
  static api::Api api(node().services, limiter, node().log, {});
  const auto text = check_request(node().tokens.front());
  const auto headers = std::make_unique<http::HeaderStorage>();
  http::Request request;
  http::parse_head(text, *headers, request);
  http::Response response;
  for (auto _ : state) {
    response.reset();
    if (!api.try_handle(request, response) || response.status != 200)
      state.SkipWithError("not answered");
    benchmark::DoNotOptimize(response.body.data());
  }
}
BENCHMARK(get_token_by_api);

}  // namespace
}  // namespace claviger::bench
