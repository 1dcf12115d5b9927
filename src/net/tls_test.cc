#include "net/tls.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <array>
#include <csignal>
#include <thread>

#include "base/limits.h"
#include "net/server_test_support.h"

namespace claviger::net {
namespace {

using std::chrono::milliseconds;

/// Different bytes each time.
class CountingRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = ++last_;
  }

 private:
  std::uint8_t last_ = 0;
};

TEST(TicketKeys, ChangeAndOpenForOnePeriodMore) {
  CountingRandom random;
  TicketKeys keys(random);
  const TicketKeys::Time start{};
  const auto first = keys.sealing(start);
  EXPECT_EQ(keys.sealing(start + limits::tls_ticket_period - milliseconds(1)).name, first.name);
  EXPECT_FALSE(keys.opening(TicketKey::Name{}, start));

  const auto later = start + limits::tls_ticket_period;
  const auto second = keys.sealing(later);
  EXPECT_NE(second.name, first.name);
  EXPECT_NE(second.cipher, first.cipher);
  EXPECT_NE(second.mac, first.mac);
  ASSERT_TRUE(keys.opening(first.name, later));
  EXPECT_EQ(keys.opening(first.name, later)->cipher, first.cipher);
  EXPECT_TRUE(keys.opening(second.name, later));

  EXPECT_FALSE(keys.opening(first.name, later + limits::tls_ticket_period));
  EXPECT_TRUE(keys.opening(second.name, later + limits::tls_ticket_period));
}

TEST(TicketKeys, AnIdleServerDoesNotKeepAnOldKeyOpening) {
  CountingRandom random;
  TicketKeys keys(random);
  const TicketKeys::Time start{};
  const auto first = keys.sealing(start);
  EXPECT_FALSE(keys.opening(first.name, start + 2 * limits::tls_ticket_period));
}

struct Pem {
  std::string certificate;
  std::string key;
};

std::string text_in(BIO* memory) {
  char* text = nullptr;
  const auto size = BIO_get_mem_data(memory, &text);
  std::string copy(text, static_cast<std::size_t>(size));
  BIO_free(memory);
  return copy;
}

Pem make_certificate() {
  EVP_PKEY* const key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  X509* const certificate = X509_new();
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
  Pem pem;
  BIO* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(memory, certificate);
  pem.certificate = text_in(memory);
  memory = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(memory, key, nullptr, nullptr, 0, nullptr, nullptr);
  pem.key = text_in(memory);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return pem;
}

/// A caller whose records the test writes itself, where OpenSSL would not let it.
class TlsClient {
 public:
  explicit TlsClient(const ListenAddress& address)
      : context_(SSL_CTX_new(TLS_client_method())),
        socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(address.port);
    ::inet_pton(AF_INET, address.host.c_str(), &to.sin_addr);
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const int on = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const auto* const as_any = reinterpret_cast<const sockaddr*>(&to);
    if (::connect(socket_.get(), as_any, sizeof to) != 0) socket_.reset();
    session_ = SSL_new(context_);
    SSL_set_fd(session_, socket_.get());
  }
  ~TlsClient() {
    SSL_free(session_);
    SSL_CTX_free(context_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool shake_hands() { return SSL_connect(session_) == 1; }
  void send(std::string_view bytes) {
    SSL_write(session_, bytes.data(), static_cast<int>(bytes.size()));
  }
  void send_raw(std::string_view bytes) {
    [[maybe_unused]] const auto sent =
        ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  /// Asks for new keys, and for the server's new ones (RFC 8446 §4.6.3).
  void update_keys() { SSL_key_update(session_, SSL_KEY_UPDATE_REQUESTED); }
  /// What comes next; empty at the end.
  std::string receive() {
    std::string bytes(16 * KiB, '\0');
    const int size = SSL_read(session_, bytes.data(), static_cast<int>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(std::max(size, 0)));
    return bytes;
  }
  /// Whether the server closes, however it does that, before this caller loses patience.
  bool sees_close() {
    std::array<char, 4 * KiB> bytes;
    ssize_t size = 0;
    do {
      size = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    } while (size > 0);
    return size == 0 || errno == ECONNRESET;
  }

 private:
  SSL_CTX* context_;
  SSL* session_ = nullptr;
  Fd socket_;
};

class TlsServer : public ServerTest {
 protected:
  TlsServer() {
    std::signal(SIGPIPE, SIG_IGN);
    const auto pem = make_certificate();
    EXPECT_TRUE(tls_.use(pem.certificate, pem.key));
  }
  ~TlsServer() override { server_.reset(); }

  void serve_tls(Bounds bounds = {}) {
    Server::Options options;
    options.bounds = bounds;
    options.tls = &tls_;
    serve(options);
  }
  TlsClient tls_client() { return TlsClient(server_->addresses().front()); }

  CountingRandom bytes_;
  Tls tls_{bytes_};
};

/// Deadlines that end at once what they are about, and others that never do.
Bounds patient() {
  Bounds bounds;
  bounds.head_deadline = bounds.idle_deadline = bounds.body_deadline = milliseconds(600'000);
  bounds.sweep_interval = milliseconds(10);
  return bounds;
}

TEST_F(TlsServer, EndsSlowHandshakes_NET_4) {
  auto bounds = patient();
  bounds.head_deadline = milliseconds(50);
  serve_tls(bounds);
  auto silent = tls_client();
  auto slow = tls_client();
  slow.send_raw("\x16\x03\x01");
  EXPECT_TRUE(silent.sees_close());
  EXPECT_TRUE(slow.sees_close());
}

// A part of a record is no sign of life: the deadline of an idle connection stays where it is.
TEST_F(TlsServer, EndsConnectionsThatSendPartsOfARecord_NET_4) {
  auto bounds = patient();
  bounds.idle_deadline = milliseconds(300);
  serve_tls(bounds);
  auto c = tls_client();
  ASSERT_TRUE(c.shake_hands());
  c.send(request("GET", "/fast"));
  EXPECT_EQ(status_of(c.receive()), 200);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  // The header of a record of 16 KiB, then byte after byte of it.
  c.send_raw(std::string_view("\x17\x03\x03\x40\x00", 5));
  std::atomic<bool> is_closed{false};
  std::thread dribble([&] {
    auto probe = client();  // waits in small steps: nobody answers it
    while (!is_closed && std::chrono::steady_clock::now() < end) {
      c.send_raw("x");
      probe.hears_within(milliseconds(20));
    }
  });
  EXPECT_TRUE(c.sees_close());
  EXPECT_LT(std::chrono::steady_clock::now(), end);
  is_closed = true;
  dribble.join();
}

TEST_F(TlsServer, ChangesItsKeysWhenAsked_NET_1) {
  serve_tls(patient());
  auto c = tls_client();
  ASSERT_TRUE(c.shake_hands());
  for (int i = 0; i < 20; ++i) {
    c.update_keys();
    c.send(request("GET", i % 2 == 0 ? "/fast" : "/wait"));
    EXPECT_EQ(status_of(c.receive()), 200);
  }
}

TEST_F(TlsServer, TurnsAwayWithoutAHandshake_NET_4) {
  auto bounds = patient();
  bounds.connections = 1;
  serve_tls(bounds);
  auto first = tls_client();
  ASSERT_TRUE(first.shake_hands());
  auto second = tls_client();
  EXPECT_FALSE(second.shake_hands());
  first.send(request("GET", "/fast"));
  EXPECT_EQ(status_of(first.receive()), 200);
}

TEST_F(TlsServer, StaysWithItsCertificateWhenTheNextIsNoGood_NET_1) {
  const auto pem = make_certificate();
  const auto other = make_certificate();
  const auto wrong_key = tls_.use(pem.certificate, other.key);
  ASSERT_FALSE(wrong_key);
  EXPECT_EQ(wrong_key.error().fields.front().field, "key");
  const auto no_certificate = tls_.use("nonsense", pem.key);
  ASSERT_FALSE(no_certificate);
  EXPECT_EQ(no_certificate.error().fields.front().field, "certificate");
  serve_tls(patient());
  auto c = tls_client();
  EXPECT_TRUE(c.shake_hands());
}

TEST_F(TlsServer, TakesNewCertificatesAmongHandshakes_NET_1) {
  serve_tls(patient());
  auto kept = tls_client();
  ASSERT_TRUE(kept.shake_hands());
  std::atomic<bool> is_over{false};
  std::thread renewing([&] {
    while (!is_over) {
      const auto pem = make_certificate();
      EXPECT_TRUE(tls_.use(pem.certificate, pem.key));
    }
  });
  for (int i = 0; i < 50; ++i) {
    auto c = tls_client();
    ASSERT_TRUE(c.shake_hands());
    c.send(request("GET", "/wait"));
    EXPECT_EQ(status_of(c.receive()), 200);
  }
  is_over = true;
  renewing.join();
  kept.send(request("GET", "/fast"));
  EXPECT_EQ(status_of(kept.receive()), 200);
}

}  // namespace
}  // namespace claviger::net
