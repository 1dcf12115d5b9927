#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <vector>

#include "cli/groups.h"

namespace claviger::cli {
namespace {

/// What may follow a command: a command below it, or an option.
struct Word {
  std::string text;
  std::string help;
  bool takes_value = false;
};

/// A command by all of its names ("claviger client create"), and what may follow it.
struct Place {
  std::string name;
  std::vector<Word> words;
};

void collect(CLI::App& app, const std::string& parents, std::vector<Place>& places) {
  Place place{.name = parents + app.get_name(), .words = {}};
  const auto below = shown_below(app);
  for (const auto* command : below)
    place.words.push_back({.text = command->get_name(), .help = command->get_description()});
  for (const auto* option : app.get_options())
    for (const auto& name : option->get_lnames())
      place.words.push_back({.text = "--" + name,
                             .help = option->get_description(),
                             .takes_value = option->get_items_expected_max() > 0});
  const auto name = place.name + " ";
  places.push_back(std::move(place));
  for (auto* command : below) collect(*command, name, places);
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

/// In single quotes, for bash and zsh.
std::string quoted(const std::string& text) {
  return "'" + replaced(text, "'", R"('\'')") + "'";
}

std::string fish_quoted(const std::string& text) {
  return "'" + replaced(replaced(text, "\\", "\\\\"), "'", "\\'") + "'";
}

/// The words of a place, in `format` with a space behind each.
template <class Format>
std::string listed(const Place& place, Format format) {
  std::string out;
  for (const auto& word : place.words) out += format(word);
  if (!out.empty()) out.pop_back();
  return out;
}

std::string values_of(const Place& place) {
  return listed(
      place, [](const Word& word) { return word.takes_value ? word.text + " " : std::string{}; });
}

/// All places but the first, as patterns of a `case`.
std::string patterns(const std::vector<Place>& places) {
  std::string out;
  for (const auto& place : places)
    if (&place != &places.front()) out += (out.empty() ? "" : "|") + quoted(place.name);
  return out;
}

// In each of the scripts `at` is the command that the line has come to. Where the word before is an
// option that takes a value, files are offered.

std::string bash(const std::vector<Place>& places) {
  std::string cases;
  for (const auto& place : places)
    cases += fmt::format("    {}) words={} values={} ;;\n", quoted(place.name),
                         quoted(listed(place, [](const Word& word) { return word.text + " "; })),
                         quoted(values_of(place)));
  return fmt::format(R"(# Completion of claviger for bash.
_claviger() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}
  local at=claviger words values i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at ${{COMP_WORDS[i]}}" in
    {}) at+=" ${{COMP_WORDS[i]}}" ;;
    esac
  done
  case $at in
{}  esac
  COMPREPLY=()
  [[ " $values " == *" $before "* ]] || mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}}
complete -o default -F _claviger claviger
)",
                     patterns(places), cases);
}

std::string zsh(const std::vector<Place>& places) {
  std::string cases;
  for (const auto& place : places)
    cases +=
        fmt::format("    {}) list=({}) values={} ;;\n", quoted(place.name),
                    listed(place,
                           [](const Word& word) {
                             return quoted(word.text + ":" + replaced(word.help, ":", "\\:")) + " ";
                           }),
                    quoted(values_of(place)));
  return fmt::format(R"(#compdef claviger
# Completion of claviger for zsh.
_claviger() {{
  local at=claviger word values
  local -a list
  for word in ${{words[2,CURRENT-1]}}; do
    case "$at $word" in
    {}) at+=" $word" ;;
    esac
  done
  case $at in
{}  esac
  if [[ " $values " == *" ${{words[CURRENT-1]}} "* ]]; then
    _files
  else
    _describe claviger list || _files
  fi
}}
compdef _claviger claviger
)",
                     patterns(places), cases);
}

std::string fish(const std::vector<Place>& places) {
  std::string names, lines;
  for (const auto& place : places) {
    if (&place != &places.front()) names += " " + fish_quoted(place.name);
    for (const auto& word : place.words) {
      const bool is_option = word.text.starts_with("--");
      lines += fmt::format("complete -c claviger -n \"__claviger_at {}\" {} {} -d {}\n",
                           fish_quoted(place.name), word.takes_value ? "-r" : "-f",
                           (is_option ? "-l " : "-a ") + word.text.substr(is_option ? 2 : 0),
                           fish_quoted(word.help));
    }
  }
  return fmt::format(R"(# Completion of claviger for fish.
function __claviger_at
  set -l at claviger
  for word in (commandline -opc)[2..-1]
    contains -- "$at $word"{} && set at "$at $word"
  end
  test "$at" = "$argv[1]"
end
{})",
                     names, lines);
}

using Script = std::string (*)(const std::vector<Place>&);

void add_shell(CLI::App& group, const char* shell, const char* example, Chosen& chosen,
               Script script) {
  add_command(group, shell, fmt::format("Print the completion for {}", shell).c_str(), example,
              chosen, [script](Process& process) -> int {
                Chosen all;  // the line once more: this one is being read
                const auto app = make_app(all);
                std::vector<Place> places;
                collect(*app, "", places);
                process.output.out += script(places);
                return exit_ok;
              });
}

}  // namespace

void add_completion_group(CLI::App& app, Chosen& chosen) {
  auto& group = add_group(app, "completion", "Completion of commands and options in a shell");
  add_shell(group, "bash",
            "claviger completion bash > /usr/share/bash-completion/completions/claviger", chosen,
            bash);
  add_shell(group, "zsh", "claviger completion zsh > /usr/local/share/zsh/site-functions/_claviger",
            chosen, zsh);
  add_shell(group, "fish",
            "claviger completion fish > /usr/share/fish/vendor_completions.d/claviger.fish", chosen,
            fish);
}

}  // namespace claviger::cli
