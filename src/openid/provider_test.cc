#include "openid/provider.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "openid/test_provider.h"
#include "openid/url.h"

namespace claviger::openid {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr auto issuer = "https://issuer.example";
constexpr auto configuration = "https://issuer.example/.well-known/openid-configuration";
constexpr auto token_endpoint = "https://issuer.example/token";
constexpr auto jwks = "https://issuer.example/keys";
constexpr auto key = "the browser's key";

std::string parameter(const std::string& url, const std::string& name) {
  const auto at = url.find(name + "=") + name.size() + 1;
  return url.substr(at, url.find('&', at) - at);
}

class OpenIdProvider : public testing::Test {
 protected:
  OpenIdProvider() {
    document(R"("token_endpoint_auth_methods_supported":["client_secret_basic"])");
    fetch_.answers[jwks] = {200, R"({"keys":[)" + signing_.jwk("one") + "]}"};
  }
  void document(const std::string& more, const std::string& own_issuer = issuer) {
    fetch_.answers[configuration] = {
        200, R"({"issuer":")" + own_issuer + R"(","jwks_uri":")" + jwks +
                 R"(","token_endpoint":")" + token_endpoint +
                 R"(","authorization_endpoint":"https://issuer.example/authorize",)" + more + "}"};
  }
  /// The provider answers with a token for this login.
  void will_vouch(const std::string& email = "ada@example.com",
                  const std::string& header = R"({"alg":"ES256","kid":"one"})") {
    const auto now = std::to_string(unix_seconds(clock_.now()));
    const auto expires = std::to_string(unix_seconds(clock_.now()) + 60);
    const auto token = signing_.sign(
        header, R"({"iss":"https://issuer.example","aud":"us","sub":"1","email":")" + email +
                    R"(","email_verified":true,"iat":)" + now + R"(,"exp":)" + expires +
                    R"(,"nonce":")" + parameter(*provider_.login_url(key), "nonce") + "\"}");
    fetch_.answers[token_endpoint] = {200,
                                      R"({"token_type":"Bearer","id_token":")" + token + "\"}"};
  }
  std::string state() { return parameter(*provider_.login_url(key), "state"); }
  Code refusal(const Callback& callback, std::string_view with = key) {
    const auto email = provider_.complete(callback, with);
    EXPECT_FALSE(email);
    return email ? Code::conflict : email.error().code;
  }
  std::size_t asked(std::string_view url) const {
    return static_cast<std::size_t>(std::ranges::count(fetch_.requests, url, &FetchRequest::url));
  }

  TestKey signing_ = TestKey::p256();
  TestFetch fetch_;
  FixedClock clock_{from_unix_seconds(1'800'000'000)};
  Provider provider_{{.issuer = issuer,
                      .client_id = "us",
                      .client_secret = OpenIdSecret("s:e&c"),
                      .redirect_uri = "https://auth.example.com/admin/login/callback"},
                     fetch_,
                     clock_};
};

TEST_F(OpenIdProvider, IsAskedByCodeWithProofStateAndNonce) {  // ADM-1
  const auto url = *provider_.login_url(key);
  EXPECT_THAT(url, StartsWith("https://issuer.example/authorize?response_type=code&client_id=us&"
                              "redirect_uri=https%3A%2F%2Fauth.example.com%2Fadmin%2Flogin%2F"
                              "callback&scope=openid%20email&state="));
  EXPECT_THAT(url, HasSubstr("&code_challenge_method=S256"));
  EXPECT_EQ(parameter(url, "state").size(), 43U);
  EXPECT_NE(parameter(url, "state"), parameter(url, "nonce"));
  EXPECT_EQ(*provider_.login_url(key), url);
  EXPECT_NE(parameter(*provider_.login_url("another"), "state"), parameter(url, "state"));
}

TEST_F(OpenIdProvider, VouchesForWhoComesBack) {  // ADM-1
  will_vouch();
  const auto state_text = state();
  const auto email = provider_.complete({.code = "the code", .state = state_text}, key);
  ASSERT_TRUE(email) << email.error().cause;
  EXPECT_EQ(email->text(), "ada@example.com");
  const auto& request = *std::ranges::find(fetch_.requests, token_endpoint, &FetchRequest::url);
  EXPECT_EQ(request.basic_name, "us");
  EXPECT_THAT(request.form, StartsWith("grant_type=authorization_code&code=the%20code&"));
  const auto verifier = parameter(request.form, "code_verifier");
  EXPECT_EQ(base64url(sha256(bytes_of(verifier))),
            parameter(*provider_.login_url(key), "code_challenge"));
  EXPECT_EQ(asked(configuration), 1U);
}

TEST_F(OpenIdProvider, TakesTheSecretInTheFormIfItTakesNoOther) {
  document(R"("token_endpoint_auth_methods_supported":["client_secret_post"])");
  will_vouch();
  ASSERT_TRUE(provider_.complete({.code = "c", .state = state()}, key));
  const auto& request = *std::ranges::find(fetch_.requests, token_endpoint, &FetchRequest::url);
  EXPECT_TRUE(request.basic_name.empty());
}

TEST_F(OpenIdProvider, IsAskedForAnAddressThatTheIdTokenLacks) {
  constexpr auto user_info = "https://issuer.example/me";
  document(R"("userinfo_endpoint":"https://issuer.example/me")");
  will_vouch("");
  auto& answer = fetch_.answers[token_endpoint].body;
  answer.insert(1, R"("access_token":"the access token",)");
  const auto own = state();
  const auto with = [&](int status, const char* body) {
    fetch_.answers[user_info] = {status, body};
    const auto email = provider_.complete({.code = "c", .state = own}, key);
    return email ? email->text() : email.error().cause;
  };
  EXPECT_EQ(with(200, R"({"sub":"1","email":"a@example.com","email_verified":true})"),
            "a@example.com");
  EXPECT_EQ(fetch_.requests.back().bearer, "the access token");
  EXPECT_EQ(with(200, R"({"sub":"1","email":"a@example.com"})"), "a@example.com is not verified");
  EXPECT_EQ(with(200, R"({"sub":"1"})"), "the provider tells no address");
  const auto* not_of_this = "the UserInfo endpoint's answer is not of this login";
  EXPECT_EQ(with(200, R"({"sub":"2","email":"a@example.com","email_verified":true})"), not_of_this);
  EXPECT_EQ(with(401, R"({"sub":"1","email":"a@example.com","email_verified":true})"), not_of_this);
  EXPECT_EQ(with(200, "[]"), not_of_this);
}

TEST_F(OpenIdProvider, RefusesWhoDidNotLeaveFromThisBrowser) {  // ADM-1
  will_vouch();
  const auto state_text = state();
  EXPECT_EQ(refusal({.code = "c", .state = state_text}, ""), Code::openid_expired);
  EXPECT_EQ(refusal({.code = "c", .state = state_text}, "another"), Code::openid_expired);
  EXPECT_EQ(refusal({.code = "c", .state = ""}), Code::openid_expired);
  EXPECT_EQ(refusal({.code = "c", .state = state_text + "x"}), Code::openid_expired);
  EXPECT_EQ(asked(token_endpoint), 0U);
}

TEST_F(OpenIdProvider, RefusesWhatTheProviderDidNotSay) {  // ADM-1
  will_vouch();
  const auto own = state();
  EXPECT_EQ(refusal({.state = own}), Code::openid_failed);
  EXPECT_EQ(refusal({.code = "c", .state = own, .error = "access_denied"}), Code::openid_failed);
  EXPECT_EQ(refusal({.code = "c", .state = own, .issuer = "https://x.example"}),
            Code::openid_failed);
  EXPECT_EQ(asked(token_endpoint), 0U);
  EXPECT_TRUE(provider_.complete({.code = "c", .state = own, .issuer = issuer}, key));
  for (const auto& answer :
       {FetchAnswer{400, R"({"error":"invalid_grant"})"}, FetchAnswer{200, "{}"},
        FetchAnswer{200, "x"}, FetchAnswer{200, R"({"id_token":"a.b.c"})"}}) {
    fetch_.answers[token_endpoint] = answer;
    EXPECT_EQ(refusal({.code = "c", .state = own}), Code::openid_failed);
  }
}

TEST_F(OpenIdProvider, RefusesATokenOfAnotherLogin) {  // ADM-1
  will_vouch();
  const auto other = parameter(*provider_.login_url("another"), "state");
  EXPECT_EQ(refusal({.code = "c", .state = other}, "another"), Code::openid_failed);
}

TEST_F(OpenIdProvider, HasToNameItselfAndSafeAddresses) {
  document(R"("x":1)", "https://issuer.example/");
  EXPECT_EQ(provider_.login_url(key).error().code, Code::openid_failed);
  // Not asked again at once.
  document(R"("x":1)");
  EXPECT_FALSE(provider_.login_url(key));
  clock_.advance(seconds{5});
  EXPECT_TRUE(provider_.login_url(key));
  EXPECT_EQ(asked(configuration), 2U);
}

TEST_F(OpenIdProvider, IsReadAnewAfterAnHour) {
  EXPECT_TRUE(provider_.login_url(key));
  clock_.advance(seconds{3599});
  EXPECT_TRUE(provider_.login_url(key));
  EXPECT_EQ(asked(configuration), 1U);
  clock_.advance(seconds{1});
  EXPECT_TRUE(provider_.login_url(key));
  EXPECT_EQ(asked(configuration), 2U);
}

TEST_F(OpenIdProvider, ReadsKeysAnewForOneThatItDoesNotKnow) {
  will_vouch();
  const auto own = state();
  ASSERT_TRUE(provider_.complete({.code = "c", .state = own}, key));
  fetch_.answers[jwks] = {200, R"({"keys":[)" + signing_.jwk("two") + "]}"};
  will_vouch("ada@example.com", R"({"alg":"ES256","kid":"two"})");
  EXPECT_EQ(refusal({.code = "c", .state = own}), Code::openid_failed);  // too soon
  EXPECT_EQ(asked(jwks), 1U);
  clock_.advance(seconds{30});
  will_vouch("ada@example.com", R"({"alg":"ES256","kid":"two"})");
  EXPECT_TRUE(provider_.complete({.code = "c", .state = own}, key));
  EXPECT_EQ(asked(jwks), 2U);
}

TEST(FetchedUrl, IsOfTlsOrLoopback) {
  for (const auto* url :
       {"https://a.example/b?c", "http://127.0.0.1:1/x", "http://[::1]/", "http://localhost:8080"})
    EXPECT_TRUE(may_fetch(url)) << url;
  for (const auto* url :
       {"", "https://", "http://a.example", "file:///etc/passwd", "http://127.0.0.1.b",
        "http://localhost.b/", "http://a@127.0.0.1/", "https://a b", "ftp://a", "HTTP://127.0.0.1"})
    EXPECT_FALSE(may_fetch(url)) << url;
}

TEST(FormOf, EncodesNamesAndValues) {
  EXPECT_EQ(form_of({{"a", "x y"}, {"b", "&=+%\xc3\xa9"}, {"c", ""}}),
            "a=x%20y&b=%26%3D%2B%25%C3%A9&c=");
}

}  // namespace
}  // namespace claviger::openid
