#include "cli/man.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "cli/groups.h"
#include "cli/man_text.h"
#include "config/reference.h"
#include "config/settings_table.h"

namespace claviger::cli {
namespace {

constexpr const char* settings_page = "claviger.env";
constexpr const char* settings_group = "Settings";

/// "claviger client create"
std::string full_name(const CLI::App& app) {
  const auto* parent = app.get_parent();
  return parent == nullptr ? app.get_name() : full_name(*parent) + " " + app.get_name();
}

/// "claviger-client"
std::string page_name(const CLI::App& app) {
  auto name = full_name(app);
  std::ranges::replace(name, ' ', '-');
  return name;
}

std::string lower_first(std::string text) {
  const bool is_name = text.size() > 1 && text[1] >= 'A' && text[1] <= 'Z';
  if (!text.empty() && !is_name && text[0] >= 'A' && text[0] <= 'Z')
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

std::string heading(std::string_view name, int section, std::string_view date,
                    std::string_view what) {
  std::string title(name);
  std::ranges::transform(title, title.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return fmt::format(
      ".\\\" Made by claviger reference man from its own tables.\n"
      ".TH {} {} \"{}\" \"claviger {}\" \"Claviger\"\n.SH NAME\n{} \\- {}\n",
      man::escaped(title), section, date, CLAVIGER_VERSION, man::escaped(name), man::escaped(what));
}

std::string value_of(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0) return "";
  const auto type = option.get_type_name();
  return type.empty() ? option.get_single_name() : type;
}

/// "FILE...", "[FILE]"
std::string argument(const CLI::Option& option) {
  auto name = value_of(option);
  if (option.get_items_expected_max() > 1) name += "...";
  return option.get_required() ? name : "[" + name + "]";
}

std::string synopsis(const CLI::App& app) {
  auto line = "\\fB" + man::escaped(full_name(app)) + "\\fR [\\fIOPTIONS\\fR]";
  for (const auto* option : app.get_options())
    if (option->get_positional()) line += " \\fI" + man::escaped(argument(*option)) + "\\fR";
  return line + "\n";
}

std::string entry(const CLI::Option& option) {
  std::string names;
  if (option.get_positional()) names = "\\fI" + man::escaped(argument(option)) + "\\fR";
  for (const auto& name : option.get_snames()) names += "\\fB\\-" + man::escaped(name) + "\\fR, ";
  for (const auto& name : option.get_lnames())
    names += "\\fB\\-\\-" + man::escaped(name) + "\\fR, ";
  if (names.ends_with(", ")) names.resize(names.size() - 2);
  const auto value = value_of(option);
  if (!option.get_positional() && !value.empty()) names += " \\fI" + man::escaped(value) + "\\fR";
  auto out = ".TP\n" + names + "\n" + man::filled(option.get_description());
  if (!option.get_positional() && option.get_required()) {
    out.pop_back();
    out += " (required)\n";
  }
  return out;
}

bool has_settings(const CLI::App& app) {
  return std::ranges::any_of(app.get_options(), [](const CLI::Option* option) {
    return option->get_group() == settings_group;
  });
}

/// The options of a command, but for those that all have.
std::string entries(const CLI::App& app) {
  std::string out;
  for (const auto* option : app.get_options())
    if (option->get_group() != settings_group && !option->get_group().empty() &&
        option != app.get_help_ptr())
      out += entry(*option);
  if (has_settings(app)) {
    std::string flags;
    for (const auto* option : app.get_options())
      if (option->get_group() == settings_group)
        flags += fmt::format("{}\\fB{}\\fR", flags.empty() ? "" : ",\n",
                             man::escaped("--" + option->get_lnames().front()));
    out += ".TP\n" + flags + "\nsettings: see " + settings_page + "(5)\n";
    // The tag is one line.
    const auto tag = out.rfind(".TP\n") + 4;
    for (auto at = tag; at < tag + flags.size(); ++at)
      if (out[at] == '\n') out[at] = ' ';
  }
  return out;
}

/// What stands below the options, without the list of settings: that has a page of its own.
std::string footer_of(const CLI::App& app) {
  auto footer = app.get_footer();
  const auto settings = help_text();
  if (const auto at = footer.find(settings); at != std::string::npos)
    footer.replace(at, settings.size(),
                   std::string("Each setting in ") + settings_page +
                       "(5) that is not secret is an option as well.\n");
  return man::of_help(footer);
}

/// The same behind a heading, which begins a paragraph by itself.
std::string notes_of(const CLI::App& app) {
  auto notes = footer_of(app);
  constexpr std::string_view paragraph = ".PP\n";
  if (notes.starts_with(paragraph)) notes.erase(0, paragraph.size());
  return ".SH NOTES\n" + notes;
}

std::string see_also(const std::vector<std::string>& pages) {
  std::string out = ".SH SEE ALSO\n";
  for (const auto& page : pages)
    out += man::escaped(page) + (&page == &pages.back() ? "\n" : ",\n");
  return out;
}

std::string command_page(CLI::App& app, std::string_view date) {
  const auto below = shown_below(app);
  const auto what = app.get_description();
  auto out = heading(page_name(app), 1, date, lower_first(what));
  out += ".SH SYNOPSIS\n";
  if (below.empty()) out += synopsis(app);
  for (const auto* command : below)
    out += (command == below.front() ? "" : ".br\n") + synopsis(*command);
  out += ".SH DESCRIPTION\n" + man::filled(what + ".");
  if (below.empty()) {
    if (const auto options = entries(app); !options.empty()) out += ".SH OPTIONS\n" + options;
    out += notes_of(app);
  } else {
    out += ".SH COMMANDS\n";
  }
  for (const auto* command : below)
    out += ".SS " + man::escaped(full_name(*command)) + "\n" +
           man::filled(command->get_description() + ".") + entries(*command) + footer_of(*command);
  return out + see_also({"claviger(1)", std::string(settings_page) + "(5)"});
}

std::string main_page(CLI::App& app, std::string_view date) {
  auto out = heading("claviger", 1, date, "token authentication whose revocations hold at once");
  out += ".SH SYNOPSIS\n\\fBclaviger\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n.SH DESCRIPTION\n";
  auto head = cli_reference_markdown();
  head.resize(head.find("\n## "));
  constexpr std::string_view settings_link = "[settings.md](settings.md)";
  if (const auto at = head.find(settings_link); at != std::string::npos)
    head.replace(at, settings_link.size(), std::string(settings_page) + "(5)");
  out += man::of_markdown(head);
  std::vector<std::string> pages;
  out += ".SH COMMANDS\n";
  for (const auto* command : shown_below(app)) {
    out += ".TP\n\\fB" + man::escaped(command->get_name()) + "\\fR\n" +
           man::filled(command->get_description());
    pages.push_back(page_name(*command) + "(1)");
  }
  out += ".PP\nEach has a page of its own, such as " + man::escaped(pages.front()) + ".\n";
  out += ".SH OPTIONS\n";
  for (const auto* option : app.get_options()) out += entry(*option);
  out += notes_of(app);
  pages.push_back(std::string(settings_page) + "(5)");
  return out + see_also(pages);
}

std::string setting_entries() {
  std::string out;
  for (const auto& row : settings_table()) {
    auto names = fmt::format("\\fB{}\\fR", row.name);
    if (row.secret) names += fmt::format(", \\fB{}{}\\fR", row.name, secret_file_suffix);
    if (!row.flag.empty())
      names +=
          fmt::format(", \\fB{}\\fR \\fI{}\\fR", man::escaped(row.flag), man::escaped(row.value)) +
          (row.in_commands ? " *" : "");
    out += ".TP\n" + names + "\n" + man::filled(row.help);
    out += ".br\n" + man::filled(fmt::format("Default: {}.{}{}",
                                             row.fallback.empty() ? "unset" : row.fallback,
                                             row.example.empty() ? "" : " Example: ", row.example));
  }
  return out;
}

std::string settings_manual(std::string_view date) {
  const auto reference = settings_reference_markdown();
  const std::string_view all = reference;
  auto out = heading(settings_page, 5, date, "settings of claviger");
  out += ".SH DESCRIPTION\n" + man::of_markdown(all.substr(0, all.find("\n| ")));
  out += ".SH SETTINGS\n" + setting_entries();
  out += man::of_markdown(all.substr(all.find("\n## ")));
  return out +
         see_also({"claviger(1)", "claviger-serve(1)", "claviger-doctor(1)", "systemd.exec(5)"});
}

}  // namespace

std::vector<ManualPage> manual_pages(std::string_view date) {
  Chosen chosen;
  const auto app = make_app(chosen);
  std::vector<ManualPage> pages;
  pages.push_back({"claviger.1", main_page(*app, date)});
  for (auto* command : shown_below(*app))
    pages.push_back({page_name(*command) + ".1", command_page(*command, date)});
  pages.push_back({std::string(settings_page) + ".5", settings_manual(date)});
  return pages;
}

}  // namespace claviger::cli
