#include "crypto/public_key.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdlib>
#include <utility>

#include "crypto/hash.h"

namespace claviger {
namespace {

EVP_PKEY* as_key(void* key) {
  return static_cast<EVP_PKEY*>(key);
}

int no_password(char*, int, int, void*) {
  return 0;
}

}  // namespace

void PublicKey::Deleter::operator()(void* key) const {
  EVP_PKEY_free(as_key(key));
}

PublicKey::PublicKey(std::unique_ptr<void, Deleter> key) : key_(std::move(key)) {}
PublicKey::~PublicKey() = default;
PublicKey::PublicKey(PublicKey&&) noexcept = default;
PublicKey& PublicKey::operator=(PublicKey&&) noexcept = default;

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> input(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  std::unique_ptr<void, Deleter> key(
      PEM_read_bio_PUBKEY(input.get(), nullptr, no_password, nullptr));
  if (!key) return fail(unacceptable("key", "is not a PEM public key"));
  if (EVP_PKEY_is_a(as_key(key.get()), "ED25519") != 1)
    return fail(unacceptable("key", "is not an Ed25519 key"));
  return PublicKey(std::move(key));
}

std::array<std::uint8_t, 32> PublicKey::fingerprint() const {
  std::uint8_t* der = nullptr;
  const int size = i2d_PUBKEY(as_key(key_.get()), &der);
  if (size <= 0) std::abort();  // out of memory
  const auto digest = sha256({der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return digest;
}

bool PublicKey::verify(ByteView message, const SignatureKey::Signature& signature) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  return context &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, as_key(key_.get())) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

}  // namespace claviger
