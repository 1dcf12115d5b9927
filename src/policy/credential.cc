// The text of a credential:
//
//   credential  = prefix environment "-" random checksum
//   prefix      = "sk-client-" / "sk-user-"
//   environment = see base/environment.h
//   random      = 43 base62 digits: 256 bits as one number, most significant digit first
//   checksum    = 6 base62 digits: the first 8 bytes of SHA-256 of all before it, as a big-endian
//                 number modulo 62^6
//
// As a regular expression:  sk-(client|user)-[a-z][a-z0-9-]{0,31}-[0-9A-Za-z]{49}
#include "policy/credential.h"

#include <algorithm>
#include <array>

#include "crypto/constant_time.h"
#include "crypto/hash.h"

namespace claviger {
namespace {

constexpr std::string_view kDigits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kRandomChars = 43;
constexpr std::size_t kChecksumChars = 6;
constexpr std::size_t kShownChars = 8;

constexpr std::string_view prefix_of(CredentialKind kind) {
  return kind == CredentialKind::api_key ? "sk-client-" : "sk-user-";
}

/// Appends a 256-bit number in base 62. It is divided by 62 once a digit, bytes first to last.
void append_base62(std::string& out, std::array<std::uint8_t, 32> number) {
  std::array<char, kRandomChars> digits;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    unsigned rest = 0;
    for (auto& byte : number) {
      const unsigned value = rest * 256 + byte;
      byte = static_cast<std::uint8_t>(value / 62);
      rest = value % 62;
    }
    *digit = kDigits[rest];
  }
  out.append(digits.data(), digits.size());
  wipe(digits.data(), digits.size());
  wipe(number.data(), number.size());
}

std::array<char, kChecksumChars> checksum(std::string_view text) {
  const auto digest = sha256(bytes_of(text));
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | digest[i];
  std::array<char, kChecksumChars> digits;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    *digit = kDigits[number % 62];
    number /= 62;
  }
  return digits;
}

template <class SecretType>
SecretType make(CredentialKind kind, const Environment& environment, Random& random) {
  std::array<std::uint8_t, 32> bits;
  random.fill(bits);
  std::string text;
  text.reserve(128);  // so that no half-written copy is left behind by growing
  text.append(prefix_of(kind)).append(environment.name()).append("-");
  append_base62(text, bits);
  wipe(bits.data(), bits.size());
  const auto sum = checksum(text);
  text.append(sum.data(), sum.size());
  return SecretType::take(text);
}

template <class SecretType>
std::string preview_of(CredentialKind kind, const SecretType& secret) {
  return secret.reveal([&](std::string_view text) {
    std::string shown(prefix_of(kind));
    shown += "...";
    shown += text.substr(text.size() - std::min(text.size(), kShownChars));
    return shown;
  });
}

}  // namespace

ApiKey make_api_key(const Environment& environment, Random& random) {
  return make<ApiKey>(CredentialKind::api_key, environment, random);
}
UserSecret make_user_secret(const Environment& environment, Random& random) {
  return make<UserSecret>(CredentialKind::user_secret, environment, random);
}

std::string preview(const ApiKey& key) {
  return preview_of(CredentialKind::api_key, key);
}
std::string preview(const UserSecret& secret) {
  return preview_of(CredentialKind::user_secret, secret);
}

std::optional<std::string_view> environment_of_credential(CredentialKind kind,
                                                          std::string_view text) {
  const auto prefix = prefix_of(kind);
  constexpr auto tail = kRandomChars + kChecksumChars;
  if (!text.starts_with(prefix) || text.size() < prefix.size() + 2 + tail) return std::nullopt;
  const auto body = text.substr(0, text.size() - kChecksumChars);
  const auto environment = text.substr(prefix.size(), text.size() - tail - 1 - prefix.size());
  if (text[prefix.size() + environment.size()] != '-') return std::nullopt;
  if (!Environment::parse(environment)) return std::nullopt;
  const auto random = text.substr(text.size() - tail);
  if (random.find_first_not_of(kDigits) != std::string_view::npos) return std::nullopt;
  const auto sum = checksum(body);
  if (text.substr(body.size()) != std::string_view(sum.data(), sum.size())) return std::nullopt;
  return environment;
}

ApiKeyHash hash_api_key(std::string_view text) {
  return {sha256(bytes_of(text))};
}
UserSecretHash hash_user_secret(std::string_view text) {
  return {sha256(bytes_of(text))};
}

bool secret_matches(const UserSecretHash& presented, const UserSecretHash* current,
                    const UserSecretHash* previous) {
  static constexpr UserSecretHash dummy{};
  const bool is_current =
      equal_constant_time(presented.bytes, (current != nullptr ? *current : dummy).bytes);
  const bool is_previous =
      equal_constant_time(presented.bytes, (previous != nullptr ? *previous : dummy).bytes);
  return (current != nullptr && is_current) || (previous != nullptr && is_previous);
}

}  // namespace claviger
