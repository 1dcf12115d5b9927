#include <curl/curl.h>

#include <array>
#include <chrono>

#include "base/units.h"
#include "openid/fetch.h"

namespace claviger::openid {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds connect_deadline{3'000};
constexpr milliseconds whole_deadline{8'000};
constexpr std::size_t answer_bytes = 1 * MiB;

struct CurlDeleter {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::size_t take(char* data, std::size_t size, std::size_t count, void* out) {
  auto& body = *static_cast<std::string*>(out);
  if (body.size() + size * count > answer_bytes) return 0;  // ends the transfer
  body.append(data, size * count);
  return size * count;
}

class CurlFetch final : public Fetch {
 public:
  CurlFetch() { curl_global_init(CURL_GLOBAL_DEFAULT); }
  ~CurlFetch() override { curl_global_cleanup(); }
  CurlFetch(const CurlFetch&) = delete;
  CurlFetch& operator=(const CurlFetch&) = delete;

  Result<FetchAnswer> fetch(const FetchRequest& request) override {
    if (!may_fetch(request.url))
      return fail(Code::openid_failed, "The provider's address is not acceptable.",
                  "not https: " + request.url);
    const std::unique_ptr<CURL, CurlDeleter> curl(curl_easy_init());
    if (!curl) return fail(Code::openid_failed, "The provider cannot be called.", "libcurl");
    FetchAnswer answer;
    std::array<char, CURL_ERROR_SIZE> error{};
    configure(curl.get(), request, answer.body, error.data());
    const std::unique_ptr<curl_slist, CurlDeleter> headers(
        curl_slist_append(nullptr, "Accept: application/json"));
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
    const auto code = curl_easy_perform(curl.get());
    if (code != CURLE_OK)
      return fail(Code::openid_failed, "The provider did not answer.",
                  error.front() != '\0' ? error.data() : curl_easy_strerror(code));
    long status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<int>(status);
    return answer;
  }

 private:
  static void configure(CURL* curl, const FetchRequest& request, std::string& body, char* error) {
    const bool is_tls = request.url.starts_with("https:");
    curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, is_tls ? "https" : "http");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");  // nor that of the environment
    curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "claviger");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect_deadline.count()));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(whole_deadline.count()));
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
    if (!request.form.empty()) {
      curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.form.size()));
      curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.form.c_str());
    }
    if (!request.bearer.empty()) {
      curl_easy_setopt(curl, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
      curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, request.bearer.c_str());
    }
    if (!request.basic_name.empty()) {
      curl_easy_setopt(curl, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
      curl_easy_setopt(curl, CURLOPT_USERNAME, request.basic_name.c_str());
      curl_easy_setopt(curl, CURLOPT_PASSWORD, request.basic_password.c_str());
    }
  }
};

}  // namespace

const char* curl_version() {
  return curl_version_info(CURLVERSION_NOW)->version;
}

std::unique_ptr<Fetch> curl_fetch() {
  return std::make_unique<CurlFetch>();
}

}  // namespace claviger::openid
