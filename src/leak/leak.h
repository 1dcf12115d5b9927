#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"

namespace claviger {

enum class LeakKind : std::uint8_t { api_key, user_secret, token };
/// "api_key", "user_secret" or "token".
std::string_view word_of(LeakKind kind);

using LeakedText = Secret<struct LeakedTextTag>;

/// A credential that stands where it should not.
struct Leak {
  LeakKind kind;
  std::size_t offset;       // of its first byte
  std::size_t size;         // in bytes
  std::string environment;  // the one that it names
  std::string preview;      // what may be shown of it
  LeakedText text;
};

/// The credentials in a text, whatever else it holds, that begin before byte `before`; in their
/// order. Keys and secrets have a checksum, so there is no doubt about them. A token has none: it
/// is one by its form, whose header nobody but this server makes, and nothing of its payload is
/// parsed (TOK-4).
std::vector<Leak> find_leaks(std::string_view text, std::size_t before = std::string_view::npos);

}  // namespace claviger
