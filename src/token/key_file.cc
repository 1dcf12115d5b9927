// A file of a key, whose name should be the key's kid and says of which sort it is:
//
//   KID.pem     a private key, PKCS#8 in PEM (RFC 7468 §10), of the curve P-256 or Ed25519
//   KID.secret  a shared secret: the text itself
#include "token/key_file.h"

#include <array>
#include <utility>

#include "base/bytes.h"
#include "crypto/signature_key.h"

namespace claviger {
namespace {

constexpr std::string_view pem_suffix = ".pem";
constexpr std::string_view secret_suffix = ".secret";
constexpr std::size_t secret_bytes = 48;

Result<Key> key_of_text(const Environment& environment, bool is_pem, std::string_view text) {
  if (is_pem) return Key::asymmetric(environment, TRY(SignatureKey::from_pem(text)));
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.empty()) return fail(unacceptable("key", "is empty"));
  return Key::hs256(environment, SigningSecret(text));
}

}  // namespace

Result<Key> key_of_file(const Environment& environment, std::string_view name,
                        std::string_view text) {
  const bool is_pem = name.ends_with(pem_suffix);
  const auto kid = name.substr(0, name.size() - (is_pem ? pem_suffix : secret_suffix).size());
  const auto named = environment_of_kid(kid);
  if (!named.empty() && named != environment.name())
    return fail(unacceptable("key", "is by its name a key of the environment \"" +
                                        std::string(named) + "\", and this is \"" +
                                        environment.name() + "\""));
  auto key = TRY(key_of_text(environment, is_pem, text));
  if (!named.empty() && key.kid() != kid)
    return fail(unacceptable("key", "has another key's name: it holds " + key.kid()));
  return key;
}

GeneratedKey generate_key(const Environment& environment, KeyAlgorithm algorithm, Random& random) {
  const bool is_pem = algorithm != KeyAlgorithm::hs256;
  std::string text;
  if (is_pem) {
    text = SignatureKey::generate_pem(
        algorithm == KeyAlgorithm::es256 ? SignatureKey::Kind::p256 : SignatureKey::Kind::ed25519);
  } else {
    std::array<std::uint8_t, secret_bytes> bytes{};
    random.fill(bytes);
    text = base64url(bytes) + "\n";
    wipe(bytes.data(), bytes.size());
  }
  auto secret = SigningSecret::take(text);
  auto key =
      *secret.reveal([&](std::string_view t) { return key_of_text(environment, is_pem, t); });
  auto name = key.kid() + std::string(is_pem ? pem_suffix : secret_suffix);
  return {.key = std::move(key), .file_name = std::move(name), .text = std::move(secret)};
}

}  // namespace claviger
