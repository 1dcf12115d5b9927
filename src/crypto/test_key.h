#pragma once

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace claviger {

/// For tests: a key pair that signs a JWS.
class TestKey {
 public:
  static TestKey rsa(int bits = 2048) { return TestKey(EVP_RSA_gen(static_cast<unsigned>(bits))); }
  static TestKey p256() { return TestKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")); }
  static TestKey ed25519() { return TestKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }

  /// Its public half as a JWK; `more` are further members, such as `,"use":"sig"`.
  std::string jwk(const std::string& kid, const std::string& more = {}) const {
    const auto head = R"({"kid":")" + kid + '"' + more;
    if (EVP_PKEY_is_a(key_.get(), "RSA") == 1)
      return head + R"(,"kty":"RSA","n":")" + number(OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" +
             number(OSSL_PKEY_PARAM_RSA_E) + "\"}";
    if (EVP_PKEY_is_a(key_.get(), "EC") == 1) {
      std::vector<std::uint8_t> point(65);
      std::size_t size = 0;
      EVP_PKEY_get_octet_string_param(key_.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                      point.size(), &size);
      return head + R"(,"kty":"EC","crv":"P-256","x":")" +
             base64url(ByteView(point).subspan(1, 32)) + R"(","y":")" +
             base64url(ByteView(point).subspan(33, 32)) + "\"}";
    }
    std::vector<std::uint8_t> raw(32);
    std::size_t size = raw.size();
    EVP_PKEY_get_raw_public_key(key_.get(), raw.data(), &size);
    return head + R"(,"kty":"OKP","crv":"Ed25519","x":")" + base64url(raw) + "\"}";
  }

  /// A JWS of these texts.
  std::string sign(const std::string& header, const std::string& payload, bool pss = false) const {
    auto text = base64url(bytes_of(header)) + "." + base64url(bytes_of(payload));
    return text + "." + base64url(signature(text, pss));
  }

 private:
  explicit TestKey(EVP_PKEY* key) : key_(key, &EVP_PKEY_free) {
    if (key == nullptr) throw std::runtime_error("no key");
  }
  std::string number(const char* name) const {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &value);
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(BN_num_bytes(value)));
    BN_bn2bin(value, bytes.data());
    BN_free(value);
    return base64url(bytes);
  }
  std::vector<std::uint8_t> signature(const std::string& text, bool pss) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          &EVP_MD_CTX_free);
    EVP_PKEY_CTX* inner = nullptr;
    const bool is_ed = EVP_PKEY_is_a(key_.get(), "ED25519") == 1;
    EVP_DigestSignInit(context.get(), &inner, is_ed ? nullptr : EVP_sha256(), nullptr, key_.get());
    if (pss) {
      EVP_PKEY_CTX_set_rsa_padding(inner, RSA_PKCS1_PSS_PADDING);
      EVP_PKEY_CTX_set_rsa_pss_saltlen(inner, RSA_PSS_SALTLEN_DIGEST);
    }
    const auto bytes = bytes_of(text);
    std::vector<std::uint8_t> out(512);
    std::size_t size = out.size();
    EVP_DigestSign(context.get(), out.data(), &size, bytes.data(), bytes.size());
    out.resize(size);
    return EVP_PKEY_is_a(key_.get(), "EC") == 1 ? side_by_side(out) : out;
  }
  static std::vector<std::uint8_t> side_by_side(const std::vector<std::uint8_t>& der) {
    const auto* at = der.data();
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), &ECDSA_SIG_free);
    std::vector<std::uint8_t> out(64);
    BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), out.data(), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), out.data() + 32, 32);
    return out;
  }

  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

}  // namespace claviger
