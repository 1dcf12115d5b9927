#include "crypto/signature_key.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "base/freed.h"
#include "crypto/hash.h"

namespace claviger {
namespace {

using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using PublicKey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

constexpr std::size_t kHalf = 32;
constexpr std::size_t kDerMost = 72;

/// No pass phrase is asked for: a server has nobody to ask.
int no_password(char*, int, int, void*) {
  return 0;
}

EVP_PKEY* as_key(void* key) {
  return static_cast<EVP_PKEY*>(key);
}

const EVP_MD* digest_of(SignatureKey::Kind kind) {
  return kind == SignatureKey::Kind::p256 ? EVP_sha256() : nullptr;  // Ed25519 hashes by itself
}

/// Out of memory, or a defect: nothing unsigned may leave.
void require(bool good) {
  if (!good) std::abort();
}

/// ECDSA signatures are DER inside OpenSSL, and two numbers in a JWS.
SignatureKey::Signature from_der(const std::uint8_t* der, std::size_t size) {
  const EcdsaSignature parsed(d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(size)));
  SignatureKey::Signature raw{};
  require(parsed && BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), raw.data(), kHalf) == kHalf &&
          BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), raw.data() + kHalf, kHalf) == kHalf);
  return raw;
}

std::size_t to_der(const SignatureKey::Signature& raw, std::array<std::uint8_t, kDerMost>& der) {
  const EcdsaSignature signature(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(raw.data(), kHalf, nullptr);
  BIGNUM* s = BN_bin2bn(raw.data() + kHalf, kHalf, nullptr);
  require(signature && r != nullptr && s != nullptr && ECDSA_SIG_set0(signature.get(), r, s) == 1);
  std::uint8_t* to = der.data();
  const int size = i2d_ECDSA_SIG(signature.get(), &to);
  return size > 0 ? static_cast<std::size_t>(size) : 0;
}

}  // namespace

void SignatureKey::Deleter::operator()(void* key) const {
  EVP_PKEY_free(as_key(key));
}

SignatureKey::SignatureKey(std::unique_ptr<void, Deleter> key, Kind kind)
    : key_(std::move(key)), kind_(kind) {}
SignatureKey::~SignatureKey() = default;
SignatureKey::SignatureKey(SignatureKey&&) noexcept = default;
SignatureKey& SignatureKey::operator=(SignatureKey&&) noexcept = default;

Result<SignatureKey> SignatureKey::from_pem(std::string_view pem) {
  const Bio input(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::unique_ptr<void, Deleter> key(
      PEM_read_bio_PrivateKey(input.get(), nullptr, no_password, nullptr));
  if (!key) return fail(unacceptable("key", "is not an unencrypted PEM private key"));
  if (EVP_PKEY_is_a(as_key(key.get()), "ED25519") == 1)
    return SignatureKey(std::move(key), Kind::ed25519);
  std::array<char, 32> group{};
  if (EVP_PKEY_is_a(as_key(key.get()), "EC") == 1 &&
      EVP_PKEY_get_group_name(as_key(key.get()), group.data(), group.size(), nullptr) == 1 &&
      std::string_view(group.data()) == "prime256v1")
    return SignatureKey(std::move(key), Kind::p256);
  return fail(unacceptable("key", "is neither of the curve P-256 nor Ed25519"));
}

std::string SignatureKey::generate_pem(Kind kind) {
  const PublicKey key(kind == Kind::p256 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")
                                         : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  const Bio output(BIO_new(BIO_s_mem()));
  require(key && output &&
          PEM_write_bio_PrivateKey(output.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                   nullptr) == 1);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(output.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::array<std::uint8_t, 32> SignatureKey::fingerprint() const {
  std::uint8_t* der = nullptr;
  const int size = i2d_PUBKEY(as_key(key_.get()), &der);
  require(size > 0);
  const auto digest = sha256({der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return digest;
}

std::string SignatureKey::public_pem() const {
  const Bio output(BIO_new(BIO_s_mem()));
  require(output && PEM_write_bio_PUBKEY(output.get(), as_key(key_.get())) == 1);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(output.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

SignatureKey::PublicNumbers SignatureKey::public_numbers() const {
  PublicNumbers numbers;
  if (kind_ == Kind::ed25519) {
    std::size_t size = numbers.x.size();
    require(EVP_PKEY_get_raw_public_key(as_key(key_.get()), numbers.x.data(), &size) == 1);
    return numbers;
  }
  const auto read = [&](const char* name, std::array<std::uint8_t, kHalf>& out) {
    BIGNUM* number = nullptr;
    require(EVP_PKEY_get_bn_param(as_key(key_.get()), name, &number) == 1);
    const Number owned(number);
    require(BN_bn2binpad(number, out.data(), kHalf) == kHalf);
  };
  read(OSSL_PKEY_PARAM_EC_PUB_X, numbers.x);
  read(OSSL_PKEY_PARAM_EC_PUB_Y, numbers.y);
  return numbers;
}

SignatureKey::Signature SignatureKey::sign(ByteView message) const {
  const DigestContext context(EVP_MD_CTX_new());
  std::array<std::uint8_t, kDerMost> out{};
  std::size_t size = out.size();
  require(context &&
          EVP_DigestSignInit(context.get(), nullptr, digest_of(kind_), nullptr,
                             as_key(key_.get())) == 1 &&
          EVP_DigestSign(context.get(), out.data(), &size, message.data(), message.size()) == 1);
  if (kind_ == Kind::p256) return from_der(out.data(), size);
  Signature signature;
  std::copy_n(out.begin(), signature.size(), signature.begin());
  return signature;
}

bool SignatureKey::verify(ByteView message, const Signature& signature) const {
  const DigestContext context(EVP_MD_CTX_new());
  if (!context || EVP_DigestVerifyInit(context.get(), nullptr, digest_of(kind_), nullptr,
                                       as_key(key_.get())) != 1)
    return false;
  std::array<std::uint8_t, kDerMost> der{};
  ByteView presented(signature);
  if (kind_ == Kind::p256) presented = ByteView(der).first(to_der(signature, der));
  return EVP_DigestVerify(context.get(), presented.data(), presented.size(), message.data(),
                          message.size()) == 1;
}

}  // namespace claviger
