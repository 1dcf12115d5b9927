#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "cli/groups.h"

namespace claviger::cli {
namespace {

const std::string reference_path = CLAVIGER_REFERENCE "/cli.md";

TEST(CliReference, TheCommittedPageIsWhatTheCommandsSay) {
  const auto wanted = cli_reference_markdown();
  std::stringstream committed;
  committed << std::ifstream(reference_path).rdbuf();
  if (committed.str() == wanted) return;
  const auto renewed = ::testing::TempDir() + "cli.md";
  std::ofstream(renewed) << wanted;
  FAIL() << "the page is out of date: cp " << renewed << " docs/reference/cli.md";
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
