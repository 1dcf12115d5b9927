#include "net/tls.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <ctime>
#include <string>

#include "base/bytes.h"
#include "base/freed.h"
#include "base/limits.h"

namespace claviger::net {
namespace {

using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using X509Certificate = std::unique_ptr<X509, Freed<X509_free>>;

// Of TLS 1.2 only what has forward secrecy and authenticates what it encrypts; 1.3 has nothing
// else.
constexpr const char* kSuites = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::string_view kProtocol = "\x08http/1.1";  // as ALPN writes it
constexpr std::string_view kSessionContext = "claviger";

/// No pass phrase is asked for: a server has nobody to ask.
int no_password(char*, int, int, void*) {
  return 0;
}

/// Why OpenSSL refused something: its first reason, static text.
std::string reason() {
  const char* text = ERR_reason_error_string(ERR_peek_error());
  ERR_clear_error();
  return text != nullptr ? text : "unknown reason";
}

Error wrong_certificate(std::string message) {
  return unacceptable("certificate", std::move(message));
}

Bio reader_of(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Status use_chain(SSL_CTX* context, std::string_view chain) {
  const Bio input = reader_of(chain);
  X509Certificate own(PEM_read_bio_X509(input.get(), nullptr, no_password, nullptr));
  if (!own) return fail(wrong_certificate("holds no certificate in PEM"));
  if (SSL_CTX_use_certificate(context, own.get()) != 1)
    return fail(wrong_certificate("cannot be used: " + reason()));
  while (X509Certificate issuer{PEM_read_bio_X509(input.get(), nullptr, no_password, nullptr)}) {
    if (SSL_CTX_add0_chain_cert(context, issuer.get()) != 1)
      return fail(wrong_certificate("has an issuer that cannot be used: " + reason()));
    [[maybe_unused]] auto* const owned_by_context = issuer.release();
  }
  // The end of the file looks like an error to OpenSSL; anything else is one.
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
    return fail(wrong_certificate("has a part that cannot be read: " + reason()));
  ERR_clear_error();
  return {};
}

Status use_key(SSL_CTX* context, std::string_view pem) {
  const Bio input = reader_of(pem);
  const Key key(PEM_read_bio_PrivateKey(input.get(), nullptr, no_password, nullptr));
  ERR_clear_error();
  if (!key) return fail(unacceptable("key", "holds no private key in PEM without a pass phrase"));
  if (SSL_CTX_use_PrivateKey(context, key.get()) == 1 && SSL_CTX_check_private_key(context) == 1)
    return {};
  ERR_clear_error();
  return fail(unacceptable("key", "is not the key of the certificate"));
}

Instant instant_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return from_unix_seconds(::timegm(&parts));
}

/// A caller that offers protocols, but not this one, speaks none that is understood here
/// (RFC 7301 §3.2).
int select_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  const std::string_view all(reinterpret_cast<const char*>(offered), offered_size);
  for (std::size_t at = 0; at < all.size(); at += 1 + static_cast<unsigned char>(all[at])) {
    if (!all.substr(at).starts_with(kProtocol)) continue;
    *out = offered + at + 1;
    *out_size = static_cast<unsigned char>(kProtocol.size() - 1);
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool set_mac_key(EVP_MAC_CTX* mac, TicketKey& key) {
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_END};
  return EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

/// Seals a ticket (`seal`) or opens one, as SSL_CTX_set_tlsext_ticket_key_evp_cb wants it: 1 if
/// that went well, 2 if a fresh ticket is due as well, 0 if the ticket's key is gone, -1 for a
/// failure.
int ticket_callback(SSL* session, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                    EVP_MAC_CTX* mac, int seal) {
  auto& keys = *static_cast<TicketKeys*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(session)));
  const auto now = std::chrono::steady_clock::now();
  const auto* const aes = EVP_aes_256_cbc();
  auto sealing = keys.sealing(now);
  if (seal != 0) {
    std::copy(sealing.name.begin(), sealing.name.end(), name);
    const bool is_ready = RAND_bytes(iv, EVP_CIPHER_get_iv_length(aes)) == 1 &&
                          set_mac_key(mac, sealing) &&
                          EVP_EncryptInit_ex(cipher, aes, nullptr, sealing.cipher.data(), iv) == 1;
    return is_ready ? 1 : -1;
  }
  auto opening = keys.opening({name, sealing.name.size()}, now);
  if (!opening) return 0;
  if (!set_mac_key(mac, *opening) ||
      EVP_DecryptInit_ex(cipher, aes, nullptr, opening->cipher.data(), iv) != 1)
    return -1;
  return opening->name == sealing.name ? 1 : 2;
}

bool set_up(SSL_CTX* context, TicketKeys& ticket_keys) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                   // Requests carry credentials: what was read is wiped (SEC-6).
                                   SSL_OP_CLEANSE_PLAINTEXT |
                                   // Requests say where they end, so a connection may just end.
                                   SSL_OP_IGNORE_UNEXPECTED_EOF);
  // One record, one return: a caller that sends records without data may not keep a loop busy.
  SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Sessions are kept by callers, in tickets; here nothing grows with their number.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_timeout(context, static_cast<long>(limits::tls_ticket_period.count()));
  SSL_CTX_set_app_data(context, &ticket_keys);
  SSL_CTX_set_alpn_select_cb(context, select_protocol, nullptr);
  const auto id = bytes_of(kSessionContext);
  char groups[] = "X25519:P-256:P-384";
  // Certificates and keys of 112 bits of strength at least, wherever OpenSSL was built.
  SSL_CTX_set_security_level(context, 2);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kSuites) == 1 &&
         SSL_CTX_set1_groups_list(context, groups) == 1 &&
         SSL_CTX_set_session_id_context(context, id.data(), static_cast<unsigned>(id.size())) ==
             1 &&
         SSL_CTX_set_tlsext_ticket_key_evp_cb(context, ticket_callback) == 1;
}

}  // namespace

void SessionFree::operator()(ssl_st* session) const {
  SSL_free(session);
}

Result<Tls::Certificate> Tls::use(std::string_view chain, std::string_view key) {
  ERR_clear_error();
  Context context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context || !set_up(context.get(), ticket_keys_))
    return fail(Code::overloaded, "TLS cannot be set up.", reason());
  TRY_STATUS(use_chain(context.get(), chain));
  TRY_STATUS(use_key(context.get(), key));
  const X509* const own = SSL_CTX_get0_certificate(context.get());
  const Certificate certificate{.not_before = instant_of(X509_get0_notBefore(own)),
                                .not_after = instant_of(X509_get0_notAfter(own))};
  Lock lock(mutex_);
  context_ = std::move(context);
  return certificate;
}

TlsSession Tls::begin(int socket) const {
  Context context;
  {
    Lock lock(mutex_);
    context = context_;
  }
  TlsSession session(SSL_new(context.get()));  // which keeps the context
  if (!session || SSL_set_fd(session.get(), socket) != 1) return nullptr;
  SSL_set_accept_state(session.get());
  return session;
}

}  // namespace claviger::net
