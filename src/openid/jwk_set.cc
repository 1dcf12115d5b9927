#include "openid/jwk_set.h"

#include <utility>

#include "openid/json.h"

namespace claviger::openid {
namespace {

/// The bytes of base64url; none if it is malformed.
std::string decoded(std::string_view text) {
  const auto size = base64url_decoded_size(text.size());
  if (!size) return {};
  std::string out(*size, '\0');
  auto* bytes = reinterpret_cast<std::uint8_t*>(out.data());
  if (!base64url_decode(text, {bytes, out.size()})) return {};
  return out;
}

/// The members of a JWK that are looked at.
struct Members {
  std::string_view kty, use, kid, alg, crv, n, e, x, y;

  bool take(std::string_view name, const Json& value) {
    for (const auto& [own, out] : {std::pair<std::string_view, std::string_view*>{"kty", &kty},
                                   {"use", &use},
                                   {"kid", &kid},
                                   {"alg", &alg},
                                   {"crv", &crv},
                                   {"n", &n},
                                   {"e", &e},
                                   {"x", &x},
                                   {"y", &y}})
      if (name == own) return !value.get(*out);
    return true;
  }
};

std::optional<VerifyingKey> key_of(const Members& jwk) {
  const auto n = decoded(jwk.n), e = decoded(jwk.e), x = decoded(jwk.x), y = decoded(jwk.y);
  if (jwk.kty == "RSA") return VerifyingKey::rsa(bytes_of(n), bytes_of(e));
  if (jwk.kty == "EC" && jwk.crv == "P-256") return VerifyingKey::p256(bytes_of(x), bytes_of(y));
  if (jwk.kty == "OKP" && jwk.crv == "Ed25519") return VerifyingKey::ed25519(bytes_of(x));
  return std::nullopt;
}

std::optional<Jwk> read_jwk(const Json& value) {
  Members members;
  const auto take = [&](std::string_view name, const Json& member) {
    return members.take(name, member);
  };
  if (!each_member(value, take) || (!members.use.empty() && members.use != "sig"))
    return std::nullopt;
  auto key = key_of(members);
  if (!key) return std::nullopt;
  Jwk jwk{.kid = std::string(members.kid), .key = *std::move(key)};
  if (members.alg.empty()) return jwk;
  jwk.only = parse_signing(members.alg);  // it is for that one alone (RFC 7517 §4.4)
  if (!jwk.only) return std::nullopt;
  return jwk;
}

}  // namespace

std::optional<Signing> parse_signing(std::string_view name) {
  if (name == "RS256") return Signing::rs256;
  if (name == "PS256") return Signing::ps256;
  if (name == "ES256") return Signing::es256;
  if (name == "EdDSA") return Signing::eddsa;
  return std::nullopt;
}

bool Jwk::has(Signing signing) const {
  return key.fits(signing) && (!only || *only == signing);
}

std::optional<std::vector<Jwk>> parse_jwk_set(std::string_view json) {
  std::vector<Jwk> keys;
  bool is_set = false;
  const auto take = [&](std::string_view name, const Json& value) {
    if (name != "keys") return true;
    simdjson::dom::array list;
    if (value.get(list)) return false;
    is_set = true;
    for (const auto entry : list)
      if (auto key = read_jwk(entry)) keys.push_back(*std::move(key));
    return true;
  };
  if (!parse_object(json, take) || !is_set) return std::nullopt;
  return keys;
}

}  // namespace claviger::openid
