// A text that is presented as an API key or a secret; and new ones, made of the input's bytes.
#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/hash.h"
#include "policy/credential.h"
#include "require.h"

namespace claviger {
namespace {

constexpr std::string_view digits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t tail = 49;  // random and checksum

/// The input's bytes, then zeros.
class Bytes final : public Random {
 public:
  explicit Bytes(std::string_view text) : text_(text) {}
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) {
      byte = text_.empty() ? 0 : static_cast<std::uint8_t>(text_.front());
      text_.remove_prefix(text_.empty() ? 0 : 1);
    }
  }

 private:
  std::string_view text_;
};

std::string_view prefix_of(CredentialKind kind) {
  return kind == CredentialKind::api_key ? "sk-client-" : "sk-user-";
}

/// What the regular expression at the top of credential.cc says.
void check_form(CredentialKind kind, std::string_view text, std::string_view environment) {
  const auto prefix = prefix_of(kind);
  require(text.size() == prefix.size() + environment.size() + 1 + tail);
  require(text.starts_with(prefix) && text.substr(prefix.size()).starts_with(environment));
  require(text[text.size() - tail - 1] == '-');
  require(text.substr(text.size() - tail).find_first_not_of(digits) == std::string_view::npos);
  require(Environment::parse(environment)->name() == environment);
}

void check_text(std::string_view text) {
  const auto as_key = environment_of_credential(CredentialKind::api_key, text);
  const auto as_secret = environment_of_credential(CredentialKind::user_secret, text);
  require(!as_key || !as_secret);
  if (as_key) check_form(CredentialKind::api_key, text, *as_key);
  if (as_secret) check_form(CredentialKind::user_secret, text, *as_secret);
  require(hash_api_key(text).bytes == hash_api_key(std::string(text)).bytes);
}

/// The text with a good checksum, so that what is checked beside that is reached.
std::string with_checksum(std::string_view text) {
  const auto digest = sha256(bytes_of(text));
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | digest[i];
  std::string sum(6, '0');
  for (auto digit = sum.rbegin(); digit != sum.rend(); ++digit, number /= 62)
    *digit = digits[number % 62];
  return std::string(text) + sum;
}

/// A typo, a cut and an addition are told by the checksum, without a look-up (SEC-1).
void check_typos(CredentialKind kind, std::string_view text, std::size_t at) {
  std::string typo(text);
  const auto place = text.size() - tail + at % tail;
  typo[place] = typo[place] == 'x' ? 'y' : 'x';
  require(!environment_of_credential(kind, typo));
  require(!environment_of_credential(kind, text.substr(0, text.size() - 1)));
  require(!environment_of_credential(kind, text.substr(1)));
  require(!environment_of_credential(kind, std::string(text) + "0"));
}

template <class SecretType>
void check_made(CredentialKind kind, const Environment& environment, const SecretType& made,
                std::size_t at) {
  made.reveal([&](std::string_view text) {
    require(environment_of_credential(kind, text) == environment.name());
    check_form(kind, text, environment.name());
    check_typos(kind, text, at);
    require(preview(made) ==
            std::string(prefix_of(kind)) + "..." + std::string(text.substr(text.size() - 8)));
  });
}

void run(std::string_view text) {
  check_text(text);
  check_text(with_checksum(text));
  const auto end = std::min(text.find('\n'), text.size());
  const auto environment = Environment::parse(text.substr(0, end));
  if (!environment) return;
  Bytes random(text.substr(std::min(end + 1, text.size())));
  check_made(CredentialKind::api_key, *environment, make_api_key(*environment, random),
             text.size());
  check_made(CredentialKind::user_secret, *environment, make_user_secret(*environment, random),
             text.size());
}

}  // namespace
}  // namespace claviger

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  claviger::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
