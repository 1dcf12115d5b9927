// Calls a protected API with a token of Claviger (C++17 or newer, with cpp-httplib and simdjson).
// Paste TokenSource and call into your program.
//
// As a program: claviger_token URL... calls each in turn and prints what it answers. To build it,
// on Debian with libcpp-httplib-dev, libsimdjson-dev and libssl-dev:
//   g++ -std=c++17 -O2 claviger_token.cc -lcpp-httplib -lsimdjson -lssl -lcrypto
#define CPPHTTPLIB_OPENSSL_SUPPORT
#include <httplib.h>
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

using Clock = std::chrono::steady_clock;

httplib::Client client_of(const std::string& server) {
  httplib::Client client(server);
  client.set_connection_timeout(10);
  client.set_read_timeout(10);
  client.set_write_timeout(10);
  return client;
}

const httplib::Response& checked(const httplib::Result& answer) {
  if (!answer) throw std::runtime_error(httplib::to_string(answer.error()));
  return *answer;
}

/// One token for all threads, kept until shortly before it expires.
class TokenSource {
 public:
  TokenSource(std::string server, std::string api_key, std::string identifier, std::string secret,
              std::chrono::seconds renew_before = std::chrono::seconds(30))
      : server_(std::move(server)),
        headers_{{"x-api-key", std::move(api_key)}},
        form_{{"identifier", std::move(identifier)}, {"secret", std::move(secret)}},
        renew_before_(renew_before) {}

  /// Throws std::runtime_error.
  std::string get() {
    const std::lock_guard lock(mutex_);
    if (token_.empty() || Clock::now() >= good_until_) issue();
    return token_;
  }

  /// It was refused: the next get issues another, unless somebody else already did.
  void forget(const std::string& token) {
    const std::lock_guard lock(mutex_);
    if (token_ == token) token_.clear();
  }

 private:
  void issue() {
    const auto asked = Clock::now();
    auto client = client_of(server_);
    const auto result = client.Post("/token", headers_, form_);
    const auto& answer = checked(result);
    if (answer.status != 200)
      throw std::runtime_error("no token: " + std::to_string(answer.status));
    simdjson::dom::parser parser;
    const simdjson::dom::element issued = parser.parse(answer.body);
    token_ = std::string(issued["token"].get_string().value());
    const std::chrono::seconds lifetime(issued["expires_in"].get_int64().value());
    good_until_ = asked + lifetime - renew_before_;
  }

  const std::string server_;
  const httplib::Headers headers_;
  const httplib::Params form_;
  const std::chrono::seconds renew_before_;
  std::mutex mutex_;
  std::string token_;
  Clock::time_point good_until_;
};

/// GET. A token that was revoked is refused with 401: then once more with a new one. Throws
/// std::runtime_error.
httplib::Response call(TokenSource& tokens, const std::string& url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) throw std::runtime_error(url + ": not a URL");
  const auto path = std::min(url.find('/', scheme + 3), url.size());
  auto client = client_of(url.substr(0, path));
  const std::string target = path < url.size() ? url.substr(path) : "/";
  for (int attempt = 1;; ++attempt) {
    const auto token = tokens.get();
    const auto result = client.Get(target, {{"Authorization", "Bearer " + token}});
    const auto& answer = checked(result);
    if (answer.status != 401 || attempt == 2) return answer;
    tokens.forget(token);
  }
}

std::string setting(const char* name, const char* otherwise = "") {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

int main(int count, char** arguments) {
  try {
    TokenSource tokens(setting("CLAVIGER_URL"), setting("CLAVIGER_API_KEY"),
                       setting("CLAVIGER_IDENTIFIER"), setting("CLAVIGER_SECRET"),
                       std::chrono::seconds(std::stol(setting("CLAVIGER_RENEW_BEFORE", "30"))));
    for (int i = 1; i < count; ++i) {
      const auto answer = call(tokens, arguments[i]);
      if (answer.status / 100 != 2)
        throw std::runtime_error(std::string(arguments[i]) + ": " + std::to_string(answer.status));
      std::cout << answer.body << '\n';
    }
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << '\n';
    return 1;
  }
}
