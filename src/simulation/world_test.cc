#include "simulation/world.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace claviger::simulation {
namespace {

/// The seed of the first schedule, of so many, in which the promise was broken; 0: in none.
std::uint64_t first_broken(std::uint64_t seeds, Counts& all) {
  const SystemClock clock;
  Log log({.fd = 2, .level = LogLevel::error}, clock);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    World world({.seed = seed, .log = log});
    const bool is_kept = world.run();
    all.add(world.counts());
    if (!is_kept) return seed;
  }
  return 0;
}

TEST(Simulation, NoCheckIsAcceptedAfterARevocationWasAnswered) {
  Counts all;
  EXPECT_EQ(first_broken(2'000, all), 0U) << "the seed";
  EXPECT_GT(all.accepted, 10'000);  // it is not vacuous
  EXPECT_GT(all.answered_early, 1'000);
  EXPECT_GT(all.answered_late, 1'000);
  EXPECT_GT(all.restarts, 100);
  EXPECT_GT(all.removed, 100);
  EXPECT_GT(all.forks, 100);
}

TEST(Simulation, RunsTheSameWayAgain) {
  const auto trace = [](std::uint64_t seed) {
    const SystemClock clock;
    Log log({.fd = 2, .level = LogLevel::error}, clock);
    std::ostringstream out;
    World({.seed = seed, .log = log, .trace = &out}).run();
    return out.str();
  };
  EXPECT_EQ(trace(7), trace(7));
  EXPECT_NE(trace(7), trace(8));
}

/// Each mistake that the model knows is one here: planted, or a patch in mutants/. That each is
/// found is a test of its own (cmake/Simulation.cmake).
TEST(Mutants, AreThoseOfTheModel) {
  std::set<std::string> here;
  for (const auto& [name, mutant] : mutants) here.emplace(name);
  for (const auto& file : std::filesystem::directory_iterator(CLAVIGER_SIMULATION "/mutants"))
    here.insert(file.path().stem());
  std::ifstream model(CLAVIGER_MODEL);
  const std::regex name("M_([A-Z]+)");
  std::set<std::string> in_the_model;
  for (std::string line; std::getline(model, line);)
    for (std::sregex_iterator at(line.begin(), line.end(), name), end; at != end; ++at)
      in_the_model.insert((*at)[1]);
  EXPECT_GE(in_the_model.size(), 20U);
  std::ifstream tests(CLAVIGER_SIMULATION "/../CMakeLists.txt");
  const std::string text(std::istreambuf_iterator<char>(tests), {});
  for (const auto& mutant : here)
    EXPECT_TRUE(std::regex_search(text, std::regex("\\b" + mutant + "\\b"))) << mutant;
  for (const auto& mutant : in_the_model) EXPECT_TRUE(here.contains(mutant)) << mutant;
}

}  // namespace
}  // namespace claviger::simulation
