#include "config/reference.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>
#include <string>

#include "config/settings_table.h"

namespace claviger {
namespace {

const std::string reference_path = CLAVIGER_REFERENCE "/settings.md";

TEST(SettingsReference, TheCommittedPageIsWhatTheTableSays) {
  const auto wanted = settings_reference_markdown();
  std::stringstream committed;
  committed << std::ifstream(reference_path).rdbuf();
  if (committed.str() == wanted) return;
  const auto renewed = ::testing::TempDir() + "settings.md";
  std::ofstream(renewed) << wanted;
  FAIL() << "the page is out of date: cp " << renewed << " docs/reference/settings.md";
}

TEST(SettingsReference, HelpNamesEachSettingAndFitsATerminal) {
  const auto help = help_text();
  for (const auto& row : settings_table()) {
    EXPECT_NE(help.find(row.name), std::string::npos) << row.name;
    EXPECT_NE(help.find(row.flag), std::string::npos) << row.flag;
    EXPECT_NE(help.find("      " + std::string(row.help.substr(0, 40))), std::string::npos);
  }
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
}

TEST(SettingsTable, SecretsHaveNoFlagAndEverythingElseHasOne) {
  for (const auto& row : settings_table()) {
    EXPECT_EQ(row.secret, row.flag.empty()) << row.name;
    EXPECT_NE(row.parse, nullptr) << row.name;
    EXPECT_FALSE(row.help.empty()) << row.name;
  }
}

// A default or an example that its own row refuses would be a lie.
TEST(SettingsTable, DefaultsAndExamplesAreAccepted) {
  for (const auto& row : settings_table()) {
    Settings settings;
    for (const auto text : {row.fallback, row.example}) {
      if (text.empty()) continue;
      EXPECT_FALSE(row.parse(text, settings)) << row.name << "=" << text;
    }
  }
}

}  // namespace
}  // namespace claviger
