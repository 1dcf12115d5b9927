#include "token/key_ring.h"

#include <utility>

#include "base/bytes.h"
#include "base/json_writer.h"
#include "crypto/constant_time.h"
#include "crypto/hash.h"

namespace claviger {
namespace {

constexpr std::size_t kFingerprintBytes = 12;
constexpr std::size_t kMacPartChars = 43;  // 32 bytes in base64url

/// A name for a key that tells nothing of it: part of a MAC under the key itself (ENV-4).
std::string fingerprint(const HmacSha256& mac) {
  const auto digest = mac.mac(bytes_of("claviger key fingerprint v1"));
  return hex(ByteView(digest).first(kFingerprintBytes));
}

/// The protected header has exactly these three members (TOK-2).
std::string header_part(std::string_view algorithm, std::string_view kid) {
  std::string json;
  JsonWriter(json)
      .begin_object()
      .field("alg", algorithm)
      .field("typ", std::string_view("at+jwt"))
      .field("kid", kid)
      .end_object();
  return base64url(bytes_of(json));
}

}  // namespace

Key::Key(std::string kid, HmacSha256 mac)
    : kid_(std::move(kid)),
      header_part_(claviger::header_part("HS256", kid_)),
      mac_(std::move(mac)) {}

Key Key::hs256(const Environment& environment, const SigningSecret& secret) {
  HmacSha256 mac = secret.reveal([](std::string_view text) { return HmacSha256(bytes_of(text)); });
  std::string kid = environment.name() + "." + fingerprint(mac);
  return Key(std::move(kid), std::move(mac));
}

std::string Key::sign(std::string_view signing_input) const {
  return base64url(mac_.mac(bytes_of(signing_input)));
}

bool Key::verify(std::string_view signing_input, std::string_view signature_part) const {
  // Compared decoded: one MAC has one canonical text, and the decoder takes no other.
  std::array<std::uint8_t, 32> presented{};
  if (signature_part.size() != kMacPartChars) return false;
  if (!base64url_decode(signature_part, presented)) return false;
  const auto expected = mac_.mac(bytes_of(signing_input));
  return equal_constant_time(expected, presented);
}

KeyRing::KeyRing(Key signing, std::vector<Key> checking_only) : keys_(std::move(checking_only)) {
  keys_.insert(keys_.begin(), std::move(signing));
}

const Key* KeyRing::find_by_header(std::string_view header_part) const {
  for (const auto& key : keys_)
    if (key.header_part() == header_part) return &key;
  return nullptr;
}

const Key* KeyRing::find(std::string_view kid) const {
  for (const auto& key : keys_)
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
