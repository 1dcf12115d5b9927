#include <httplib.h>

#include <chrono>

#include "base/units.h"
#include "openid/fetch.h"

namespace claviger::openid {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds connect_deadline{3};
constexpr seconds read_deadline{5};    // for the next bytes
constexpr seconds whole_deadline{10};  // for all of a body
constexpr std::size_t answer_bytes = 1 * MiB;

tl::unexpected<Error> failed(std::string cause) {
  return fail(Code::openid_failed, "The OpenID provider did not answer.", std::move(cause));
}

/// "https://host:port" and "/path?query" of a URL that `may_fetch` has let through.
std::pair<std::string, std::string> split(const std::string& url) {
  const auto slash = url.find('/', url.find("://") + 3);
  if (slash == std::string::npos) return {url, "/"};
  return {url.substr(0, slash), url.substr(slash)};
}

httplib::Request request_of(const FetchRequest& asked, std::string path) {
  httplib::Request request;
  request.method = asked.form.empty() ? "GET" : "POST";
  request.path = std::move(path);
  request.body = asked.form;
  request.headers = {{"Accept", "application/json"}, {"Accept-Encoding", "identity"}};
  if (!asked.form.empty())
    request.headers.emplace("Content-Type", "application/x-www-form-urlencoded");
  if (!asked.basic_name.empty())
    request.headers.insert(
        httplib::make_basic_authentication_header(asked.basic_name, asked.basic_password));
  if (!asked.bearer.empty()) request.headers.emplace("Authorization", "Bearer " + asked.bearer);
  return request;
}

void configure(httplib::Client& client) {
  client.set_connection_timeout(connect_deadline);
  client.set_read_timeout(read_deadline);
  client.set_write_timeout(read_deadline);
  client.set_follow_location(false);
  client.set_keep_alive(false);
  client.enable_server_certificate_verification(true);
}

class HttpFetch final : public Fetch {
 public:
  Result<FetchAnswer> fetch(const FetchRequest& asked) override {
    if (!may_fetch(asked.url)) return failed("the address is neither https nor loopback");
    try {
      return call(asked);
    } catch (const std::exception& e) {  // the library's, of an address that it cannot read
      return failed(e.what());
    }
  }

 private:
  static Result<FetchAnswer> call(const FetchRequest& asked) {
    auto [origin, path] = split(asked.url);
    httplib::Client client(origin);
    if (!client.is_valid()) return failed("the address cannot be called");
    configure(client);
    FetchAnswer answer;
    auto request = request_of(asked, std::move(path));
    const auto until = steady_clock::now() + whole_deadline;
    request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t,
                                   std::uint64_t) {
      if (answer.body.size() + size > answer_bytes || steady_clock::now() > until) return false;
      answer.body.append(data, size);
      return true;
    };
    const auto result = client.send(request);
    if (!result) return failed(httplib::to_string(result.error()));
    answer.status = result->status;
    return answer;
  }
};

}  // namespace

std::unique_ptr<Fetch> http_fetch() {
  return std::make_unique<HttpFetch>();
}

}  // namespace claviger::openid
