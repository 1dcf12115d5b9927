#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace claviger::http {

/// A set of bytes, one look-up to ask.
class CharacterSet {
 public:
  constexpr explicit CharacterSet(std::string_view members) {
    for (const char c : members) in_[static_cast<std::uint8_t>(c)] = true;
  }
  /// The same set with the bytes `first` to `last`.
  constexpr CharacterSet with(char first, char last) const {
    CharacterSet set = *this;
    for (int c = first; c <= last; ++c) set.in_[static_cast<std::uint8_t>(c)] = true;
    return set;
  }
  /// The same set without one byte.
  constexpr CharacterSet without(char c) const {
    CharacterSet set = *this;
    set.in_[static_cast<std::uint8_t>(c)] = false;
    return set;
  }
  constexpr bool has(char c) const { return in_[static_cast<std::uint8_t>(c)]; }

 private:
  std::array<bool, 256> in_{};
};

inline constexpr CharacterSet kDigits = CharacterSet("").with('0', '9');
inline constexpr CharacterSet kLettersAndDigits = kDigits.with('a', 'z').with('A', 'Z');
/// tchar of RFC 9110 §5.6.2: what methods and header names are made of.
inline constexpr CharacterSet kTokenCharacters = [] {
  CharacterSet set("!#$%&'*+-.^_`|~");
  return set.with('0', '9').with('a', 'z').with('A', 'Z');
}();
/// What a header's value may hold (RFC 9110 §5.5), obs-text included.
inline constexpr CharacterSet kValueCharacters = [] {
  CharacterSet set = CharacterSet("\t").with(' ', '~');
  for (int c = 0x80; c <= 0xff; ++c) set = set.with(static_cast<char>(c), static_cast<char>(c));
  return set;
}();

/// `text` without spaces and tabs (OWS of RFC 9110 §5.6.3) at both ends.
constexpr std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return text.substr(0, 0);
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace claviger::http
