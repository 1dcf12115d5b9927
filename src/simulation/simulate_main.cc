// Runs schedules of the simulation for a while. See --help.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <sstream>

#include "simulation/world.h"

namespace claviger::simulation {
namespace {

struct Command {
  double seconds = 10;
  std::uint64_t seeds = 0;  // 0: as many as there is time for
  std::uint64_t first_seed = 1;
  Mutant mutant = Mutant::none;
  bool is_to_be_found = false;
  bool is_traced = false;
};

void show(const Counts& all, std::uint64_t seeds, double seconds) {
  fmt::print("{} schedules, {:.0f} a second, {:.0f} steps a second\n", seeds,
             static_cast<double>(seeds) / seconds, static_cast<double>(all.steps) / seconds);
  fmt::print("{} checks accepted, revocations answered: {} by acknowledgement, {} by time\n",
             all.accepted, all.answered_early, all.answered_late);
  fmt::print(
      "faults: {} calls lost, {} pauses, {} restarts of nodes, {} members removed, "
      "{} failovers, {} of them lost commits\n",
      all.lost, all.pauses, all.restarts, all.removed, all.failovers, all.forks);
}

int run(const Command& command) {
  const SystemClock wall_clock;
  Log log({.fd = 2, .level = LogLevel::error}, wall_clock);
  Counts all;
  const auto begun = std::chrono::steady_clock::now();
  const auto took = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  };
  bool is_found = false;
  std::uint64_t seeds = 0;
  for (; !is_found && took() < command.seconds && (command.seeds == 0 || seeds < command.seeds);
       ++seeds) {
    std::ostringstream trace;
    World world({.seed = command.first_seed + seeds,
                 .log = log,
                 .mutant = command.mutant,
                 .trace = command.is_traced ? &trace : nullptr});
    is_found = !world.run();
    all.add(world.counts());
    fmt::print("{}", trace.str());
  }
  show(all, seeds, took());
  if (is_found)
    fmt::print(
        "A check was accepted after the revocation of its token was answered: "
        "--seed {} --seeds 1 --trace shows how.\n",
        command.first_seed + seeds - 1);
  return is_found == command.is_to_be_found ? 0 : 1;
}

int simulate(int argc, char** argv) {
  CLI::App app(
      "Simulates nodes, their database and all that goes wrong with them, from seeds.\n"
      "Looks for a check that is accepted after the revocation of its token was answered.");
  Command command;
  app.add_option("--seconds", command.seconds, "for how long at most")->capture_default_str();
  app.add_option("--seeds", command.seeds, "how many schedules at most (0: no bound)")
      ->capture_default_str();
  app.add_option("--seed", command.first_seed, "the first one's seed")->capture_default_str();
  app.add_option("--mutant", command.mutant, "with this mistake planted")
      ->transform(CLI::CheckedTransformer(
          std::vector<std::pair<std::string, Mutant>>(mutants.begin(), mutants.end())));
  app.add_flag("--find", command.is_to_be_found, "exit status 0 if a violation is found, not 1");
  app.add_flag("--trace", command.is_traced, "tell what happens");
  CLI11_PARSE(app, argc, argv);
  return run(command);
}

}  // namespace
}  // namespace claviger::simulation

int main(int argc, char** argv) {
  return claviger::simulation::simulate(argc, argv);
}
