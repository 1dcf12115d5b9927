#include "openid/id_token.h"

#include <gtest/gtest.h>

#include "openid/test_provider.h"

namespace claviger::openid {
namespace {

constexpr std::int64_t now_s = 1'800'000'000;

/// The claims of a good token; tests replace some.
std::map<std::string, std::string> good_claims() {
  return {{"iss", R"("https://issuer.example")"},
          {"sub", R"("1234")"},
          {"aud", R"("us")"},
          {"exp", std::to_string(now_s + 600)},
          {"iat", std::to_string(now_s)},
          {"nonce", R"("the nonce")"},
          {"email", R"("Ada@Example.com")"},
          {"email_verified", "true"}};
}
std::string payload_of(const std::map<std::string, std::string>& claims) {
  std::string json = "{";
  for (const auto& [name, value] : claims)
    json.append(json.size() > 1 ? "," : "").append("\"" + name + "\":" + value);
  return json + "}";
}

class IdToken : public testing::Test {
 protected:
  Result<Email> check(const std::string& token) {
    const auto person = check_id_token(token, keys_,
                                       {.issuer = "https://issuer.example",
                                        .client_id = "us",
                                        .nonce = "the nonce",
                                        .now = from_unix_seconds(now_s)});
    if (!person) return tl::unexpected(person.error());
    return verified_email(*person);
  }
  std::string cause(const std::string& token) {
    const auto checked = check(token);
    return checked ? "accepted" : checked.error().cause;
  }
  /// What becomes of a token with one claim replaced; empty: without it.
  std::string with(const std::string& name, const std::string& value) {
    auto claims = good_claims();
    if (value.empty())
      claims.erase(name);
    else
      claims[name] = value;
    return cause(rsa_.sign(header_, payload_of(claims)));
  }

  TestKey rsa_ = TestKey::rsa();
  std::vector<Jwk> keys_ = *parse_jwk_set(R"({"keys":[)" + rsa_.jwk("one") + "]}");
  const std::string header_ = R"({"alg":"RS256","kid":"one"})";
  const std::string payload_ = payload_of(good_claims());
};

TEST_F(IdToken, TellsTheVerifiedAddress) {  // ADM-1
  EXPECT_EQ(check(rsa_.sign(header_, payload_))->text(), "ada@example.com");
  EXPECT_EQ(with("email_verified", R"("true")"), "accepted");
  EXPECT_EQ(with("aud", R"(["us"])"), "accepted");
  EXPECT_EQ(with("exp", std::to_string(now_s - 59) + ".5"), "accepted");
  EXPECT_EQ(with("iat", std::to_string(now_s + 60)), "accepted");
  EXPECT_EQ(with("unknown", R"({"a":[1]})"), "accepted");
}

TEST_F(IdToken, OfEachAlgorithmIsChecked) {
  const auto p256 = TestKey::p256();
  const auto ed = TestKey::ed25519();
  const auto other = TestKey::rsa();
  keys_ = *parse_jwk_set(R"({"keys":[)" + rsa_.jwk("one") + "," + p256.jwk("two") + "," +
                         ed.jwk("three") + "]}");
  EXPECT_EQ(cause(rsa_.sign(R"({"alg":"PS256","kid":"one"})", payload_, true)), "accepted");
  EXPECT_EQ(cause(p256.sign(R"({"alg":"ES256","kid":"two"})", payload_)), "accepted");
  EXPECT_EQ(cause(ed.sign(R"({"alg":"EdDSA","kid":"three"})", payload_)), "accepted");
  // Without a kid, the only one that could be meant.
  EXPECT_EQ(cause(p256.sign(R"({"alg":"ES256"})", payload_)), "accepted");
  const auto wrong = "ID token: the signature is wrong";
  EXPECT_EQ(cause(other.sign(header_, payload_)), wrong);
  EXPECT_EQ(cause(rsa_.sign(header_, payload_, true)), wrong);
  EXPECT_EQ(cause(rsa_.sign(R"({"alg":"PS256","kid":"one"})", payload_)), wrong);
  EXPECT_EQ(cause(TestKey::p256().sign(R"({"alg":"ES256","kid":"two"})", payload_)), wrong);
  EXPECT_EQ(cause(TestKey::ed25519().sign(R"({"alg":"EdDSA","kid":"three"})", payload_)), wrong);
  EXPECT_EQ(cause(ed.sign(R"({"alg":"ES256","kid":"two"})", payload_)), wrong);
}

TEST_F(IdToken, OfNoOrASharedKeyIsRefused) {  // RFC 8725 §3.1
  for (const auto* alg : {"none", "HS256", "RS512", "rs256", ""})
    EXPECT_EQ(cause(rsa_.sign(R"({"alg":")" + std::string(alg) + R"(","kid":"one"})", payload_)),
              "ID token: the algorithm is not acceptable");
  EXPECT_EQ(cause(rsa_.sign(R"({"kid":"one"})", payload_)),
            "ID token: the algorithm is not acceptable");
  EXPECT_EQ(cause(rsa_.sign(R"({"alg":"RS256","crit":["x"],"x":1})", payload_)),
            "ID token: the algorithm is not acceptable");
  EXPECT_EQ(cause(rsa_.sign(R"({"alg":"RS256","alg":"RS256"})", payload_)),
            "ID token: the algorithm is not acceptable");
}

TEST_F(IdToken, OfAnUnknownOrUnclearKeyIsRefused) {
  const auto unknown = "ID token: the key is unknown";
  EXPECT_EQ(cause(rsa_.sign(R"({"alg":"RS256","kid":"two"})", payload_)), unknown);
  EXPECT_EQ(cause(rsa_.sign(R"({"alg":"ES256","kid":"one"})", payload_)), unknown);
  keys_ = *parse_jwk_set(R"({"keys":[)" + rsa_.jwk("one") + "," + rsa_.jwk("one") + "]}");
  EXPECT_EQ(cause(rsa_.sign(header_, payload_)), unknown);
}

TEST_F(IdToken, ThatSaysAnythingElseIsRefused) {  // ADM-1
  EXPECT_EQ(with("iss", R"("https://issuer.example/")"), "ID token: another issuer");
  EXPECT_EQ(with("iss", ""), "ID token: another issuer");
  EXPECT_EQ(with("aud", R"("them")"), "ID token: not for this client");
  EXPECT_EQ(with("aud", ""), "ID token: not for this client");
  EXPECT_EQ(with("aud", R"(["us","them"])"), "ID token: for others as well");
  EXPECT_EQ(with("azp", R"("them")"), "ID token: another authorized party");
  EXPECT_EQ(with("sub", ""), "ID token: no subject");
  EXPECT_EQ(with("exp", std::to_string(now_s - 60)), "ID token: expired");
  EXPECT_EQ(with("exp", ""), "ID token: expired");
  EXPECT_EQ(with("iat", std::to_string(now_s + 61)), "ID token: issued in the future");
  EXPECT_EQ(with("iat", ""), "ID token: issued in the future");
  EXPECT_EQ(with("nonce", R"("another")"), "ID token: another nonce");
  EXPECT_EQ(with("nonce", ""), "ID token: another nonce");
  for (const auto* value : {R"("soon")", "-1", "1e300", "null"})
    EXPECT_EQ(with("exp", value), "ID token: the claims are malformed") << value;
  EXPECT_EQ(with("aud", "[1]"), "ID token: the claims are malformed");
}

TEST_F(IdToken, WithoutAVerifiedAddressIsRefused) {  // ADM-1
  const auto code = [&](const std::string& name, const std::string& value) {
    auto claims = good_claims();
    claims.erase(name);
    if (!value.empty()) claims[name] = value;
    return check(rsa_.sign(header_, payload_of(claims))).error().code;
  };
  for (const auto* value : {"", "false", R"("false")", R"("yes")"})
    EXPECT_EQ(code("email_verified", value), Code::openid_not_verified) << value;
  for (const auto* value : {"", R"("")", R"("ada")", R"("a\u0000@example.com")"})
    EXPECT_EQ(code("email", value), Code::openid_not_verified) << value;
}

TEST_F(IdToken, ThatIsMalformedIsRefused) {
  const auto good = rsa_.sign(header_, payload_);
  const auto not_jws = "ID token: not a JWS";
  for (const auto& token : {std::string(), std::string("."), std::string(".."), good + ".x",
                            good + "=", "!" + good, good.substr(0, good.rfind('.'))})
    EXPECT_NE(cause(token), "accepted") << token;
  EXPECT_EQ(cause(good.substr(0, good.rfind('.'))), not_jws);
  EXPECT_EQ(cause(std::string(100'000, 'a')), not_jws);
  EXPECT_EQ(cause(rsa_.sign(header_, "[]")), "ID token: the claims are malformed");
  EXPECT_EQ(cause(rsa_.sign(header_, R"({"iss":"a","iss":"b"})")),
            "ID token: the claims are malformed");
}

TEST(JwkSet, LeavesOutWhatCannotCheckSignatures) {
  const auto size = [](const std::string& keys) {
    return parse_jwk_set(R"({"keys":[)" + keys + "]}")->size();
  };
  const auto rsa = TestKey::rsa();
  EXPECT_EQ(size(rsa.jwk("a", R"(,"use":"sig","alg":"RS256")")), 1U);
  EXPECT_EQ(size(rsa.jwk("a", R"(,"use":"enc")")), 0U);
  EXPECT_EQ(size(TestKey::rsa(1024).jwk("a")), 0U);
  EXPECT_EQ(size(R"({"kty":"oct","k":"c2VjcmV0"})"), 0U);
  EXPECT_EQ(size(R"({"kty":"RSA","n":"!","e":"AQAB"})"), 0U);
  EXPECT_EQ(size(R"({"kty":"EC","crv":"P-256","x":"AA","y":"AA"})"), 0U);
  EXPECT_EQ(size(R"({"kty":"OKP","crv":"Ed25519","x":"AA"})"), 0U);
  EXPECT_EQ(size(R"(1,"x",null,{})"), 0U);
  // A key for one algorithm is for no other.
  const auto keys = *parse_jwk_set(R"({"keys":[)" + rsa.jwk("a", R"(,"alg":"PS256")") + "]}");
  EXPECT_TRUE(keys[0].has(Signing::ps256));
  EXPECT_FALSE(keys[0].has(Signing::rs256));
}

TEST(JwkSet, IsRefusedIfItIsNone) {
  for (const auto* json : {"", "{}", "[]", R"({"keys":1})", R"({"keys":[)", R"("keys")"})
    EXPECT_FALSE(parse_jwk_set(json)) << json;
}

}  // namespace
}  // namespace claviger::openid
