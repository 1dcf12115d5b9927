#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/groups.h"

namespace claviger::cli {
namespace {

const std::filesystem::path reference_path =
    std::filesystem::path(__FILE__).parent_path() / "../../docs/reference/cli.md";

TEST(CliReference, TheCommittedPageIsWhatTheCommandsSay) {
  const auto wanted = cli_reference_markdown();
  if (std::getenv("CLAVIGER_UPDATE_REFERENCE") != nullptr) std::ofstream(reference_path) << wanted;
  std::stringstream committed;
  committed << std::ifstream(reference_path).rdbuf();
  EXPECT_EQ(committed.str(), wanted) << "run this program with CLAVIGER_UPDATE_REFERENCE=1";
}

TEST(CliReference, EveryCommandHasAnExample) {
  std::istringstream lines(cli_reference_markdown());
  std::size_t commands = 0;
  std::size_t examples = 0;
  for (std::string line; std::getline(lines, line);) {
    commands += line.starts_with("## claviger ");
    examples += line.starts_with("Example:");
  }
  EXPECT_GE(commands, 20U);
  EXPECT_EQ(commands, examples);
}

}  // namespace
}  // namespace claviger::cli
