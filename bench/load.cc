// A load on a server, and what came of it as one line of JSON. See load --help.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/load_generator.h"
#include "bench/population.h"

namespace claviger::bench {
namespace {

std::string file_text(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw std::runtime_error(fmt::format("{} cannot be read", path));
  return std::move(text).str();
}

/// From a fixed list, at random or in turn.
class ListedRequests final : public RequestSource {
 public:
  ListedRequests(const std::string& text, bool at_random) : at_random_(at_random) {
    std::istringstream in(text);
    for (std::string request; std::getline(in, request, '\0');) requests_.push_back(request);
    if (requests_.empty()) throw std::runtime_error("there are no requests");
  }
  std::string_view next() override {
    const auto number = at_random_ ? mix(1, 0, drawn_) : drawn_;
    ++drawn_;
    return requests_[number % requests_.size()];
  }

 private:
  bool at_random_;
  std::vector<std::string> requests_;
  std::uint64_t drawn_ = 0;
};

/// Checks of a made-up database's tokens, which are signed on the way; at random or in turn.
class TokenRequests final : public RequestSource {
 public:
  TokenRequests(const Census& census, bool at_random)
      : population_(census), at_random_(at_random) {}
  std::string_view next() override {
    const auto tokens = population_.census().tokens;
    const auto number = at_random_ ? mix(2, 0, drawn_) % tokens : drawn_ % tokens;
    ++drawn_;
    request_ = "GET /token HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ";
    request_ += population_.token_text(number);
    request_ += "\r\n\r\n";
    return request_;
  }

 private:
  Population population_;
  bool at_random_;
  std::uint64_t drawn_ = 0;
  std::string request_;
};

std::string percentiles_json(const Histogram& histogram) {
  const auto ns = [&](double share) { return histogram.percentile(share).count(); };
  return fmt::format(R"({{"count":{},"p50_ns":{},"p99_ns":{},"p999_ns":{},"max_ns":{}}})",
                     histogram.total(), ns(0.5), ns(0.99), ns(0.999), ns(0.9999999));
}

std::string result_json(const LoadResult& result) {
  std::string statuses;
  for (std::size_t status = 0; status < result.by_status.size(); ++status) {
    if (result.by_status[status] == 0) continue;
    statuses +=
        fmt::format("{}\"{}\":{}", statuses.empty() ? "" : ",", status, result.by_status[status]);
  }
  return fmt::format(R"({{"seconds":{:.6f},"statuses":{{{}}},"good":{},"refused":{},"broken":{},)"
                     R"("without_retry_after":{},"generator_cpu_seconds":{:.3f}}})",
                     result.seconds, statuses, percentiles_json(result.good),
                     percentiles_json(result.refused), result.broken, result.without_retry_after,
                     result.cpu_seconds);
}

struct Arguments {
  LoadOptions load;
  std::string requests;
  std::string census;
  bool in_turn = false;
};

std::unique_ptr<RequestSource> source_of(const Arguments& arguments) {
  if (!arguments.requests.empty())
    return std::make_unique<ListedRequests>(file_text(arguments.requests), !arguments.in_turn);
  const auto census = parse_census(file_text(arguments.census));
  if (!census) throw std::runtime_error(census.error().detail);
  return std::make_unique<TokenRequests>(*census, !arguments.in_turn);
}

int main_of(int argc, char** argv) {
  Arguments arguments;
  auto& load = arguments.load;
  CLI::App app("Puts a load on a server of 127.0.0.1; prints one line of JSON");
  app.add_option("--port", load.port, "the server's")->required();
  app.add_option("--connections", load.connections, "how many, all kept alive");
  app.add_option("--pipeline", load.pipeline, "requests under way on each");
  app.add_option("--rate", load.rate, "requests a second, whatever the answers; 0: closed loop");
  app.add_flag("--from-sending", load.from_sending,
               "with --rate: a request's time begins when it is sent, not when it is due");
  app.add_option("--seconds", load.seconds, "how long");
  app.add_option("--requests-count", load.requests, "end after so many instead");
  auto* sources = app.add_option_group("source")->require_option(1);
  sources->add_option("--requests", arguments.requests,
                      "a file of whole requests, each ended by a NUL");
  sources->add_option("--census", arguments.census, "of seed_database: checks of all its tokens");
  app.add_flag("--in-turn", arguments.in_turn, "one after the other instead of at random");
  CLI11_PARSE(app, argc, argv);
  try {
    const auto source = source_of(arguments);
    const auto result = LoadGenerator(load, *source).run();
    if (!result) throw std::runtime_error(result.error().detail);
    fmt::print("{}\n", result_json(*result));
  } catch (const std::exception& error) {
    fmt::print(stderr, "load: {}\n", error.what());
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace claviger::bench

int main(int argc, char** argv) {
  return claviger::bench::main_of(argc, argv);
}
