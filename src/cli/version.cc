#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/json_writer.h"
#include "cli/groups.h"

namespace claviger::cli {
namespace {

#if defined(__clang__)
constexpr std::string_view compiler = "clang " __clang_version__;
#else
constexpr std::string_view compiler = "gcc " __VERSION__;
#endif

std::string json_version(const Wiring& wiring) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("version", CLAVIGER_VERSION).field("compiler", compiler);
  json.key("libraries").begin_object();
  for (const auto& [name, version] : wiring.libraries) json.any_field(name, version);
  json.end_object().end_object();
  return out + "\n";
}

}  // namespace

std::string version_text(const Wiring& wiring, bool json) {
  if (json) return json_version(wiring);
  auto out = fmt::format("claviger {}\ncompiler {}\n", CLAVIGER_VERSION, compiler);
  for (const auto& [name, version] : wiring.libraries) out += fmt::format("{} {}\n", name, version);
  return out;
}

void add_version(CLI::App& app, Chosen& chosen) {
  auto& command = add_command(app, "version", "Print the versions of the program and its libraries",
                              "claviger version --json", chosen, [](Process& process) -> int {
                                process.output.out += version_text(process.wiring, process.json);
                                return exit_ok;
                              });
  add_json(command, chosen);
}

}  // namespace claviger::cli
