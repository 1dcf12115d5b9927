#include <benchmark/benchmark.h>

#include <memory>

#include "bench/micro/node.h"
#include "bench/micro/request_text.h"
#include "http/request_parser.h"
#include "http/response_writer.h"

namespace claviger::bench {
namespace {

void parse_nine_headers(benchmark::State& state) {
  const auto text = check_request(node().tokens.front());
  const auto headers = std::make_unique<http::HeaderStorage>();
  http::Request request;
  for (auto _ : state) {
    const auto head = http::parse_head(text, *headers, request);
    if (head.state != http::Head::State::complete) state.SkipWithError("not understood");
    benchmark::DoNotOptimize(request);
  }
}
BENCHMARK(parse_nine_headers);

void write_answer(benchmark::State& state) {
  http::Response response;
  response.content_type = "application/json";
  response.body.assign(260, 'x');
  const auto date = http::http_date(node().clock.now());
  std::string out;
  for (auto _ : state) {
    out.clear();
    http::write_response(out, response, {.date = date, .request_id = 1});
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(write_answer);

}  // namespace
}  // namespace claviger::bench
