#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "base/time.h"
#include "cli/groups.h"
#include "cli/man.h"

namespace claviger::cli {
namespace {

struct Asked {
  std::string folder;
  std::optional<std::int64_t> date;  // seconds since 1970
};

constexpr std::size_t day_chars = 10;  // of "2026-01-01T00:00:00Z"

Status write_page(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  file.close();
  if (file) return {};
  return fail(Code::unacceptable_field,
              fmt::format("The file \"{}\" cannot be written.", path.string()));
}

int write_pages(Process& process, const Asked& asked) {
  std::string day;
  if (asked.date) day = rfc3339(from_unix_seconds(*asked.date)).substr(0, day_chars);
  std::error_code error;
  std::filesystem::create_directories(asked.folder, error);  // else writing says it
  for (const auto& page : manual_pages(day)) {
    const auto path = std::filesystem::path(asked.folder) / page.name;
    if (const auto written = write_page(path, page.text); !written)
      return report(process.output, written.error());
    process.output.out += path.string() + "\n";
  }
  return exit_ok;
}

}  // namespace

void add_reference_group(CLI::App& app, Chosen& chosen) {
  auto& group = add_group(app, "reference", "What packages are built with");
  group.group("");  // not shown: nobody needs it to run a server
  const auto asked = std::make_shared<Asked>();
  auto& command =
      add_command(group, "man", "Write the manual pages into a folder, which is made if need be",
                  "claviger reference man build/release/man", chosen,
                  [asked](Process& process) { return write_pages(process, *asked); });
  command.add_option("DIR", asked->folder, "the folder")->type_name("")->required();
  command.add_option("--date", asked->date, "the date at their feet, in seconds since 1970")
      ->type_name("SECONDS")
      ->envname("SOURCE_DATE_EPOCH");
  command.footer(
      "It writes claviger.1, a page for each group of commands (claviger-client.1, …), and\n"
      "claviger.env.5, the settings, and prints the path of each. Sections are the suffixes: .1\n"
      "goes to man1, .5 to man5. The same program and date give the same bytes.\n\n"
      "Example:\n  claviger reference man build/release/man");
}

}  // namespace claviger::cli
