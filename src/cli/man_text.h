#pragma once

#include <string>
#include <string_view>

/// Text in the language of manual pages, man(7).
namespace claviger::cli::man {

/// One line, with what troff would take for its own made harmless. Hyphens stay what they are when
/// they are copied out of a page.
std::string escaped(std::string_view text);
/// A paragraph's text, in lines that begin with no control character.
std::string filled(std::string_view text);
/// The same lines as they are, indented.
std::string literal(std::string_view lines);

/// The text below a command's options: blocks between empty lines. Those of lines with two spaces
/// in front, or with some of these, keep their lines.
std::string of_help(std::string_view text);
/// Headings, paragraphs, lists of hyphens, `code` and fenced blocks; tables and links' addresses
/// are left out.
std::string of_markdown(std::string_view text);

}  // namespace claviger::cli::man
