#include "crypto/verifying_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <string>
#include <utility>

namespace claviger {
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

Number number_of(ByteView bytes) {
  return Number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
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

}  // namespace

void VerifyingKey::Deleter::operator()(void* key) const {
  EVP_PKEY_free(as_key(key));
}

std::optional<VerifyingKey> VerifyingKey::made(void* key, Kind kind) {
  if (key == nullptr) return std::nullopt;
  VerifyingKey out;
  out.key_.reset(key);
  out.kind_ = kind;
  return out;
}

std::optional<VerifyingKey> VerifyingKey::rsa(ByteView modulus, ByteView exponent) {
  const auto n = number_of(modulus), e = number_of(exponent);
  const ParamsBuilder builder(OSSL_PARAM_BLD_new());
  if (!n || !e || !builder || BN_num_bits(n.get()) < rsa_bits_min ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return std::nullopt;
  return made(key_from("RSA", builder.get()), Kind::rsa);
}

std::optional<VerifyingKey> VerifyingKey::p256(ByteView x, ByteView y) {
  if (x.size() != p256_bytes || y.size() != p256_bytes) return std::nullopt;
  std::string point = "\x04";  // uncompressed (SEC 1 §2.3.3)
  point.append(text_of(x)).append(text_of(y));
  const ParamsBuilder builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) !=
          1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1)
    return std::nullopt;
  return made(key_from("EC", builder.get()), Kind::p256);
}

std::optional<VerifyingKey> VerifyingKey::ed25519(ByteView x) {
  if (x.size() != ed25519_bytes) return std::nullopt;
  return made(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, x.data(), x.size()),
              Kind::ed25519);
}

bool VerifyingKey::fits(Signing signing) const {
  switch (signing) {
    case Signing::rs256:
    case Signing::ps256:
      return kind_ == Kind::rsa;
    case Signing::es256:
      return kind_ == Kind::p256;
    case Signing::eddsa:
      break;
  }
  return kind_ == Kind::ed25519;
}

bool VerifyingKey::verify(Signing signing, ByteView message, ByteView signature) const {
  if (!fits(signing)) return false;
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* inner = nullptr;  // the digest context's own
  const EVP_MD* digest = signing == Signing::eddsa ? nullptr : EVP_sha256();
  if (!context ||
      EVP_DigestVerifyInit(context.get(), &inner, digest, nullptr, as_key(key_.get())) != 1)
    return false;
  if (signing == Signing::ps256 &&
      (EVP_PKEY_CTX_set_rsa_padding(inner, RSA_PKCS1_PSS_PADDING) != 1 ||
       EVP_PKEY_CTX_set_rsa_pss_saltlen(inner, RSA_PSS_SALTLEN_DIGEST) != 1))
    return false;
  const auto der = signing == Signing::es256 ? der_of(signature) : std::string();
  if (signing == Signing::es256) signature = bytes_of(der);
  return !signature.empty() && EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                                                message.data(), message.size()) == 1;
}

}  // namespace claviger
