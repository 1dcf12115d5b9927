#include "leak/leak.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "base/bytes.h"
#include "base/limits.h"
#include "policy/credential.h"
#include "token/key_ring.h"

namespace claviger {
namespace {

struct Match {
  std::size_t size;
  std::string_view environment;
};

/// memmem skips ahead, which std::string_view::find does not: the texts are large, the marks rare.
std::size_t next_mark(std::string_view text, std::string_view mark, std::size_t from) {
  if (from >= text.size()) return std::string_view::npos;
  const void* found = ::memmem(text.data() + from, text.size() - from, mark.data(), mark.size());
  return found == nullptr ? std::string_view::npos
                          : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

bool is_base64url(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

/// A key or a secret at the front; see the top of policy/credential.cc. Where its environment ends
/// shows only by what follows, since the name may have hyphens.
std::optional<Match> match_credential(CredentialKind kind, std::size_t prefix,
                                      std::string_view text) {
  constexpr std::size_t tail = 49;  // random and checksum
  const auto start = text.substr(0, prefix + limits::environment_chars + 1);
  for (auto dash = start.find('-', prefix); dash < start.size(); dash = start.find('-', dash + 1)) {
    const auto candidate = text.substr(0, dash + 1 + tail);
    if (const auto environment = environment_of_credential(kind, candidate))
      return Match{candidate.size(), *environment};
  }
  return std::nullopt;
}

struct TokenForm {
  std::string_view algorithm;
  std::size_t signature_bytes;
};
constexpr std::array<TokenForm, 3> token_forms = {{{"HS256", 32}, {"ES256", 64}, {"EdDSA", 64}}};

struct HeaderText {
  std::string environment;
  std::size_t signature_bytes;
};

/// Takes `prefix` from the front of `text`, if it stands there.
bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// The environment of a kid whose fingerprint is of our form.
std::string_view environment_of(std::string_view kid) {
  const auto environment = environment_of_kid(kid);
  const auto fingerprint = kid.substr(std::min(kid.size(), environment.size() + 1));
  const bool is_hex = fingerprint.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return is_hex ? environment : std::string_view{};
}

/// A header exactly as sign_token writes it.
std::optional<HeaderText> read_header(std::string_view part) {
  std::array<std::uint8_t, 256> bytes;
  if (part.size() > bytes.size()) return std::nullopt;
  const auto size = base64url_decode(part, bytes);
  if (!size) return std::nullopt;
  auto json = text_of(ByteView(bytes).first(*size));
  if (!take(json, R"({"alg":")")) return std::nullopt;
  for (const auto& form : token_forms) {
    auto rest = json;
    if (!take(rest, form.algorithm) || !take(rest, R"(","typ":"at+jwt","kid":")")) continue;
    if (!rest.ends_with(R"("})")) return std::nullopt;
    const auto environment = environment_of(rest.substr(0, rest.size() - 2));
    if (environment.empty()) return std::nullopt;
    return HeaderText{std::string(environment), form.signature_bytes};
  }
  return std::nullopt;
}

/// The length of what could be a part of a token, at the front.
std::size_t part_size(std::string_view text, std::size_t at_most) {
  const auto within = text.substr(0, at_most);
  const auto* const end = std::ranges::find_if_not(within, is_base64url);
  return static_cast<std::size_t>(end - within.begin());
}

bool is_canonical(std::string_view part, std::size_t bytes) {
  std::array<std::uint8_t, limits::token_bytes> decoded;
  const auto size = base64url_decode(part, decoded);
  return size && *size > 0 && (bytes == 0 || *size == bytes);
}

/// A token at the front. Its signature has the length that its algorithm gives it, so what follows
/// without a gap does not hide it.
std::optional<std::pair<std::size_t, HeaderText>> match_token(std::string_view text) {
  constexpr std::size_t longest_header = 256;
  const auto header_size = part_size(text, longest_header);
  if (header_size >= text.size() || text[header_size] != '.') return std::nullopt;
  auto header = read_header(text.substr(0, header_size));
  if (!header) return std::nullopt;
  const auto payload_at = header_size + 1;
  const auto payload_size = part_size(text.substr(payload_at), limits::token_bytes);
  const auto signature_at = payload_at + payload_size + 1;
  const auto signature_size = (header->signature_bytes * 4 + 2) / 3;
  const auto end = signature_at + signature_size;
  if (end > std::min(text.size(), limits::token_bytes) || text[signature_at - 1] != '.')
    return std::nullopt;
  if (!is_canonical(text.substr(payload_at, payload_size), 0) ||
      !is_canonical(text.substr(signature_at, signature_size), header->signature_bytes))
    return std::nullopt;
  return std::pair(end, *std::move(header));
}

/// As a token's record has it.
std::string token_preview(std::string_view token) {
  return std::string(token.substr(0, 3)).append("****").append(token.substr(token.size() - 3));
}

void find_credentials(std::string_view text, std::size_t before, LeakKind kind,
                      std::vector<Leak>& leaks) {
  const bool is_key = kind == LeakKind::api_key;
  const std::string_view mark = is_key ? "sk-client-" : "sk-user-";
  const auto of = is_key ? CredentialKind::api_key : CredentialKind::user_secret;
  for (auto at = next_mark(text, mark, 0); at < before;
       at = next_mark(text, mark, at + mark.size())) {
    const auto match = match_credential(of, mark.size(), text.substr(at));
    if (!match) continue;
    const auto found = text.substr(at, match->size);
    leaks.push_back({.kind = kind,
                     .offset = at,
                     .size = match->size,
                     .environment = std::string(match->environment),
                     .preview = is_key ? preview(ApiKey(found)) : preview(UserSecret(found)),
                     .text = LeakedText(found)});
  }
}

void find_tokens(std::string_view text, std::size_t before, std::vector<Leak>& leaks) {
  constexpr std::string_view mark = "eyJhbGciOi";  // {"alg":
  for (auto at = next_mark(text, mark, 0); at < before;
       at = next_mark(text, mark, at + mark.size())) {
    auto match = match_token(text.substr(at));
    if (!match) continue;
    const auto found = text.substr(at, match->first);
    leaks.push_back({.kind = LeakKind::token,
                     .offset = at,
                     .size = found.size(),
                     .environment = std::move(match->second.environment),
                     .preview = token_preview(found),
                     .text = LeakedText(found)});
  }
}

}  // namespace

std::string_view word_of(LeakKind kind) {
  switch (kind) {
    case LeakKind::api_key:
      return "api_key";
    case LeakKind::user_secret:
      return "user_secret";
    case LeakKind::token:
      break;
  }
  return "token";
}

std::vector<Leak> find_leaks(std::string_view text, std::size_t before) {
  std::vector<Leak> leaks;
  find_credentials(text, before, LeakKind::api_key, leaks);
  find_credentials(text, before, LeakKind::user_secret, leaks);
  find_tokens(text, before, leaks);
  std::ranges::sort(leaks, {}, &Leak::offset);
  return leaks;
}

}  // namespace claviger
