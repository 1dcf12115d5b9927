#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace claviger {

/// An e-mail address, in lower case: what names an administrator. ASCII alone, so that no two of
/// them look alike.
class Email {
 public:
  /// nullopt: not an address of at most 254 characters with one "@" and no white space, quotes,
  /// commas or brackets (the plain ones of RFC 5322 §3.4.1).
  static std::optional<Email> parse(std::string_view text);
  const std::string& text() const { return text_; }
  auto operator<=>(const Email&) const = default;

 private:
  explicit Email(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace claviger
