#include "openid/jwk_set.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "openid/json.h"

namespace claviger::openid {
namespace {

constexpr int rsa_bits_min = 2048;      // RFC 7518 §3.3
constexpr std::size_t p256_bytes = 32;  // of a coordinate, and of each half of a signature
constexpr std::size_t ed25519_bytes = 32;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using ParamsBuilder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;

EVP_PKEY* as_key(void* key) {
  return static_cast<EVP_PKEY*>(key);
}

std::string decoded(std::string_view text) {
  const auto size = base64url_decoded_size(text.size());
  if (!size) return {};
  std::string out(*size, '\0');
  auto* bytes = reinterpret_cast<std::uint8_t*>(out.data());
  if (!base64url_decode(text, {bytes, out.size()})) return {};
  return out;
}

const std::uint8_t* data_of(const std::string& bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

Number number_of(const std::string& bytes) {
  return Number(BN_bin2bn(data_of(bytes), static_cast<int>(bytes.size()), nullptr));
}

EVP_PKEY* key_from(const char* kind, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  const bool is_made =
      params && context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) == 1;
  return is_made ? key : nullptr;
}

EVP_PKEY* rsa_key(std::string_view n_text, std::string_view e_text) {
  const auto n = number_of(decoded(n_text)), e = number_of(decoded(e_text));
  const ParamsBuilder builder(OSSL_PARAM_BLD_new());
  if (!n || !e || !builder || BN_num_bits(n.get()) < rsa_bits_min ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return nullptr;
  return key_from("RSA", builder.get());
}

EVP_PKEY* p256_key(std::string_view x_text, std::string_view y_text) {
  const auto x = decoded(x_text), y = decoded(y_text);
  const auto point = "\x04" + x + y;  // uncompressed (SEC 1 §2.3.3)
  const ParamsBuilder builder(OSSL_PARAM_BLD_new());
  if (x.size() != p256_bytes || y.size() != p256_bytes || !builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) !=
          1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1)
    return nullptr;
  return key_from("EC", builder.get());
}

EVP_PKEY* ed25519_key(std::string_view x_text) {
  const auto x = decoded(x_text);
  if (x.size() != ed25519_bytes) return nullptr;
  return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, data_of(x), x.size());
}

/// OpenSSL takes the two numbers in DER, a JWS has them side by side (RFC 7518 §3.4).
std::string der_of(ByteView signature) {
  if (signature.size() != 2 * p256_bytes) return {};
  const std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>> pair(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(signature.data(), p256_bytes, nullptr);
  BIGNUM* s = BN_bin2bn(signature.data() + p256_bytes, p256_bytes, nullptr);
  if (!pair || ECDSA_SIG_set0(pair.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return {};
  }
  std::uint8_t* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  std::string out;
  if (size > 0) out.assign(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
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

/// The key, and what it can be used with; no key: it is none of ours.
std::pair<EVP_PKEY*, std::vector<Algorithm>> key_of(const Members& jwk) {
  if (jwk.kty == "RSA") return {rsa_key(jwk.n, jwk.e), {Algorithm::rs256, Algorithm::ps256}};
  if (jwk.kty == "EC" && jwk.crv == "P-256") return {p256_key(jwk.x, jwk.y), {Algorithm::es256}};
  if (jwk.kty == "OKP" && jwk.crv == "Ed25519") return {ed25519_key(jwk.x), {Algorithm::eddsa}};
  return {nullptr, {}};
}

std::optional<Jwk> read_jwk(const Json& value) {
  Members members;
  const auto take = [&](std::string_view name, const Json& member) {
    return members.take(name, member);
  };
  if (!each_member(value, take) || (!members.use.empty() && members.use != "sig"))
    return std::nullopt;
  auto [key, algorithms] = key_of(members);
  if (key == nullptr) return std::nullopt;
  if (!members.alg.empty())  // it is for that one alone (RFC 7517 §4.4)
    std::erase_if(algorithms, [&](Algorithm one) { return parse_algorithm(members.alg) != one; });
  return Jwk(std::string(members.kid), key, std::move(algorithms));
}

}  // namespace

std::optional<Algorithm> parse_algorithm(std::string_view name) {
  if (name == "RS256") return Algorithm::rs256;
  if (name == "PS256") return Algorithm::ps256;
  if (name == "ES256") return Algorithm::es256;
  if (name == "EdDSA") return Algorithm::eddsa;
  return std::nullopt;
}

void Jwk::Deleter::operator()(void* key) const {
  EVP_PKEY_free(as_key(key));
}

Jwk::Jwk(std::string kid, void* key, std::vector<Algorithm> algorithms)
    : kid_(std::move(kid)), key_(key), algorithms_(std::move(algorithms)) {}

bool Jwk::has(Algorithm algorithm) const {
  return std::ranges::find(algorithms_, algorithm) != algorithms_.end();
}

bool Jwk::verify(Algorithm algorithm, std::string_view message, ByteView signature) const {
  if (!has(algorithm)) return false;
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;  // the digest context's own
  const EVP_MD* digest = algorithm == Algorithm::eddsa ? nullptr : EVP_sha256();
  if (!context ||
      EVP_DigestVerifyInit(context.get(), &key_context, digest, nullptr, as_key(key_.get())) != 1)
    return false;
  if (algorithm == Algorithm::ps256 &&
      (EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) != 1 ||
       EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST) != 1))
    return false;
  const auto der = algorithm == Algorithm::es256 ? der_of(signature) : std::string();
  if (algorithm == Algorithm::es256) signature = bytes_of(der);
  const auto bytes = bytes_of(message);
  return !signature.empty() && EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                                                bytes.data(), bytes.size()) == 1;
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
