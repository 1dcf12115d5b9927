#include "token/key_ring.h"

#include <array>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/limits.h"
#include "crypto/constant_time.h"
#include "crypto/hash.h"

namespace claviger {
namespace {

constexpr std::size_t kFingerprintBytes = 12;

std::string kid_of(const Environment& environment, ByteView fingerprint) {
  return environment.name() + "." + hex(fingerprint.first(kFingerprintBytes));
}

/// The protected header has exactly these three members (TOK-2).
std::string make_header_part(std::string_view algorithm, std::string_view kid) {
  std::string json;
  JsonWriter(json)
      .begin_object()
      .field("alg", algorithm)
      .field("typ", "at+jwt")
      .field("kid", kid)
      .end_object();
  return base64url(bytes_of(json));
}

/// The bytes of a base64url signature; nullopt unless it is the canonical text of just as many.
template <std::size_t N>
std::optional<std::array<std::uint8_t, N>> decode_signature(std::string_view text) {
  std::array<std::uint8_t, N> bytes;
  if (base64url_decode(text, bytes) != N) return std::nullopt;
  return bytes;
}

bool verify_mac(const HmacSha256& mac, std::string_view signing_input, std::string_view text) {
  const auto presented = decode_signature<32>(text);
  return presented && equal_constant_time(mac.mac(bytes_of(signing_input)), *presented);
}

}  // namespace

Key::Key(std::string_view algorithm, std::string kid, Signer signer)
    : algorithm_(algorithm),
      kid_(std::move(kid)),
      header_part_(make_header_part(algorithm_, kid_)),
      signer_(std::move(signer)) {}

Key Key::hs256(const Environment& environment, const SigningSecret& secret) {
  HmacSha256 mac = secret.reveal([](std::string_view text) { return HmacSha256(bytes_of(text)); });
  // A MAC under the key names it without telling anything of it (ENV-4).
  auto kid = kid_of(environment, mac.mac(bytes_of("claviger key fingerprint v1")));
  return Key("HS256", std::move(kid), std::move(mac));
}

Key Key::asymmetric(const Environment& environment, SignatureKey key) {
  const auto algorithm = key.kind() == SignatureKey::Kind::p256 ? "ES256" : "EdDSA";
  auto kid = kid_of(environment, key.fingerprint());
  return Key(algorithm, std::move(kid), std::move(key));
}

bool Key::is_algorithm(std::string_view name) const {
  return name == algorithm_ || (algorithm_ == "EdDSA" && name == "Ed25519");
}

std::optional<PublicJwk> Key::public_jwk() const {
  const auto* key = std::get_if<SignatureKey>(&signer_);
  if (key == nullptr) return std::nullopt;
  const auto numbers = key->public_numbers();
  const bool is_p256 = key->kind() == SignatureKey::Kind::p256;
  return PublicJwk{.type = is_p256 ? "EC" : "OKP",
                   .curve = is_p256 ? "P-256" : "Ed25519",
                   .algorithm = algorithm_,
                   .kid = kid_,
                   .x = base64url(numbers.x),
                   .y = is_p256 ? base64url(numbers.y) : std::string()};
}

std::string Key::sign(std::string_view signing_input) const {
  if (const auto* mac = std::get_if<HmacSha256>(&signer_))
    return base64url(mac->mac(bytes_of(signing_input)));
  return base64url(std::get<SignatureKey>(signer_).sign(bytes_of(signing_input)));
}

bool Key::verify(std::string_view signing_input, std::string_view text) const {
  if (const auto* mac = std::get_if<HmacSha256>(&signer_))
    return verify_mac(*mac, signing_input, text);
  const auto presented = decode_signature<64>(text);
  return presented && std::get<SignatureKey>(signer_).verify(bytes_of(signing_input), *presented);
}

KeyRing::KeyRing(std::vector<Key> keys, Random& random, Signer signer)
    : signer_kind_(signer),
      keys_(std::move(keys)),
      size_(keys_.size()),
      signer_(keys_.empty() ? kNone : 0),
      retired_(std::make_unique<std::atomic<bool>[]>(limits::ring_keys)),
      known_tokens_(std::make_unique<KnownTokens>(limits::known_token_sets, random)) {
  keys_.reserve(limits::ring_keys);
}

KeyRing::Added KeyRing::add(Key key) {
  const Lock lock(changing_);
  if (find(key.kid()) != nullptr) return Added::known;
  const auto place = size();
  if (place >= limits::ring_keys) return Added::no_room;
  retired_[place].store(retired_kids_.contains(key.kid()), std::memory_order_relaxed);
  const bool is_signer = key.kid() == named_;
  keys_.push_back(std::move(key));
  size_.store(place + 1, std::memory_order_release);
  if (is_signer) signer_.store(place, std::memory_order_release);
  return Added::added;
}

void KeyRing::retire(std::string_view kid) {
  const Lock lock(changing_);
  retired_kids_.emplace(kid);
  if (const Key* key = find(kid)) retired_[place_of(*key)].store(true, std::memory_order_release);
}

void KeyRing::sign_with(std::string_view kid) {
  if (!is_named()) return;
  const Lock lock(changing_);
  named_ = kid;
  const Key* key = find(kid);
  signer_.store(key != nullptr ? place_of(*key) : kNone, std::memory_order_release);
}

std::string KeyRing::named() const {
  const Lock lock(changing_);
  return named_;
}

const Key* KeyRing::signing() const {
  const auto place = signer_.load(std::memory_order_acquire);
  return place == kNone ? nullptr : keys_.data() + place;
}

std::vector<std::string> KeyRing::kids() const {
  const Key* first = signing();
  std::vector<std::string> kids;
  if (first != nullptr) kids.push_back(first->kid());
  for (const auto& key : keys())
    if (&key != first) kids.push_back(key.kid());
  return kids;
}

std::vector<PublicJwk> KeyRing::public_keys() const {
  std::vector<PublicJwk> found;
  for (const auto& key : keys()) {
    if (is_retired(place_of(key))) continue;
    if (auto jwk = key.public_jwk()) found.push_back(*std::move(jwk));
  }
  return found;
}

const Key* KeyRing::find_by_header(std::string_view header_part) const {
  // Nearly all tokens are the signing key's.
  if (const Key* key = signing(); key != nullptr && key->header_part() == header_part) return key;
  for (const auto& key : keys())
    if (key.header_part() == header_part) return &key;
  return nullptr;
}

const Key* KeyRing::find(std::string_view kid) const {
  for (const auto& key : keys())
    if (key.kid() == kid) return &key;
  return nullptr;
}

std::string_view environment_of_kid(std::string_view kid) {
  const auto dot = kid.rfind('.');
  if (dot == std::string_view::npos || kid.size() - dot - 1 != kFingerprintBytes * 2) return {};
  const auto name = kid.substr(0, dot);
  return Environment::parse(name) ? name : std::string_view{};
}

}  // namespace claviger
