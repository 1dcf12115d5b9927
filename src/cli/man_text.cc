#include "cli/man_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <utility>
#include <vector>

namespace claviger::cli::man {
namespace {

constexpr std::size_t width = 78;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// The character that begins `text`, which is UTF-8, and its length.
std::pair<std::uint32_t, std::size_t> first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (length == 1 || length > text.size()) return {lead, 1};
  auto code = static_cast<std::uint32_t>(lead & (0xff >> (length + 1)));
  for (std::size_t i = 1; i < length; ++i)
    code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3f);
  return {code, length};
}

/// Lines of words, none of which begins as a request would.
std::string wrapped(std::string_view words) {
  std::string out;
  std::size_t column = 0;
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    const auto word = words.substr(0, end);
    words.remove_prefix(std::min(end + 1, words.size()));
    if (word.empty()) continue;
    const bool fits = column + 1 + word.size() <= width;
    if (column > 0) out += fits ? ' ' : '\n';
    column = column > 0 && fits ? column + 1 + word.size() : word.size();
    out += word;
  }
  return out + "\n";
}

/// `code` in bold, [links](…) by their words.
std::string inline_markdown(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text.front() == '`') {
      const auto ticks = text.substr(0, text.find_first_not_of('`'));
      const auto rest = text.substr(ticks.size());
      const auto end = rest.find(ticks);
      if (end == std::string_view::npos) return out + escaped(text);
      auto code = rest.substr(0, end);
      if (ticks.size() > 1) code = code.substr(1, code.size() - 2);  // "`` ` ``"
      const bool is_padded = code.starts_with(' ');  // a space that is meant, and is kept
      out += "\\fB" + (is_padded ? "\\~" + escaped(code.substr(1)) : escaped(code)) + "\\fR";
      text = rest.substr(end + ticks.size());
    } else if (text.front() == '[' && text.find("](") != std::string_view::npos) {
      out += inline_markdown(text.substr(1, text.find("](") - 1));
      text.remove_prefix(text.find(')', text.find("](")) + 1);
    } else {
      const auto end = std::min(text.find_first_of("`[", 1), text.size());
      out += escaped(text.substr(0, end));
      text.remove_prefix(end);
    }
  }
  return out;
}

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

/// Takes lines of Markdown and makes blocks of them.
class Markdown {
 public:
  std::string convert(std::string_view text) {
    for (const auto line : lines_of(text)) take(line);
    end_block();
    return std::move(out_);
  }

 private:
  void take(std::string_view line) {
    if (line.starts_with("```")) {
      end_block();
      is_literal_ = !is_literal_;
    } else if (is_literal_) {
      block_ += std::string(line) + "\n";
    } else if (line.starts_with("## ")) {
      end_block();
      out_ += ".SH " + upper(escaped(line.substr(3))) + "\n";
      is_first_ = true;
    } else if (line.starts_with("# ") || line.starts_with("<!--") || line.starts_with('|')) {
      end_block();
    } else if (line.starts_with("- ")) {
      end_block();
      is_item_ = true;
      block_ = std::string(line.substr(2));
    } else if (line.empty()) {
      end_block();
    } else {
      block_ += " " + std::string(line);
    }
  }
  void end_block() {
    const auto block = std::exchange(block_, {});
    const bool is_item = std::exchange(is_item_, false);
    if (block.empty()) return;
    if (is_literal_) {
      out_ += literal(block);
    } else {
      if (is_item)
        out_ += ".IP \\(bu 2\n";
      else if (!is_first_)
        out_ += ".PP\n";
      out_ += wrapped(inline_markdown(block));
    }
    is_first_ = false;
  }

  std::string out_;
  std::string block_;
  bool is_literal_ = false;
  bool is_item_ = false;
  bool is_first_ = true;  // behind a heading
};

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto [code, length] = first_character(text);
    if (code >= 0x80)
      out += fmt::format("\\[u{:04X}]", code);
    else if (code == '\\')
      out += "\\e";
    else if (code == '-')
      out += "\\-";
    else if ((code == '.' || code == '\'') && (out.empty() || out.back() == ' '))
      out += fmt::format("\\&{}", static_cast<char>(code));  // a line may begin with it
    else
      out += static_cast<char>(code);
    text.remove_prefix(length);
  }
  return out;
}

std::string filled(std::string_view text) {
  std::string line(text);
  std::ranges::replace(line, '\n', ' ');
  return wrapped(escaped(line));
}

std::string literal(std::string_view lines) {
  std::string out = ".PP\n.RS 4\n.nf\n";
  for (const auto line : lines_of(lines)) out += escaped(line) + "\n";
  return out + ".fi\n.RE\n";
}

std::string of_help(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find("\n\n"), text.size());
    auto block = text.substr(0, end);
    text.remove_prefix(std::min(end + 2, text.size()));
    block.remove_prefix(std::min(block.find_first_not_of('\n'), block.size()));
    // Unindented lines in front of indented ones are their heading.
    const auto indented = block.starts_with("  ") ? 0 : block.find("\n  ");
    if (const auto heading = block.substr(0, indented); !heading.empty())
      out += ".PP\n" + filled(heading);
    if (indented == std::string_view::npos) continue;
    std::string lines;
    for (const auto line : lines_of(block.substr(indented == 0 ? 0 : indented + 1)))
      lines += std::string(line.starts_with("  ") ? line.substr(2) : line) + "\n";
    out += literal(lines);
  }
  return out;
}

std::string of_markdown(std::string_view text) {
  return Markdown().convert(text);
}

}  // namespace claviger::cli::man
