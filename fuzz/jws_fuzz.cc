// A token as it came; and, with line ends between them, a header and a payload that are signed by
// a good key, so that what is behind the signature is reached too (TOK-1 to TOK-5).
#include <simdjson.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "require.h"
#include "token/claims.h"
#include "token/jws.h"
#include "token/signed_claims.h"

namespace claviger {
namespace {

constexpr std::string_view issuer = "urn:claviger:staging";

/// The same bytes each time: a finding can be repeated.
class Countable final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = next_++;
  }

 private:
  std::uint8_t next_ = 1;
};

const KeyRing& ring() {
  static Countable random;
  static const KeyRing keys = [] {
    const auto environment = *Environment::parse("staging");
    std::vector<Key> all;
    all.push_back(Key::hs256(environment, SigningSecret("the key of a fuzz target, not secret")));
    all.push_back(Key::hs256(environment, SigningSecret("the one before it, not secret either")));
    return KeyRing(std::move(all), random);
  }();
  return keys;
}

bool is_canonical(std::string_view part) {
  std::array<std::uint8_t, limits::token_bytes> bytes;
  const auto size = base64url_decode(part, bytes);
  return size && *size > 0 && base64url(ByteView(bytes).first(*size)) == part;
}

/// The one form that a token has (TOK-3).
bool is_canonical_token(std::string_view token) {
  const auto first = token.find('.');
  const auto last = token.rfind('.');
  if (first == std::string_view::npos || first == last) return false;
  return token.size() <= limits::token_bytes && is_canonical(token.substr(0, first)) &&
         is_canonical(token.substr(first + 1, last - first - 1)) &&
         is_canonical(token.substr(last + 1));
}

bool is_same(const Claims& a, const Claims& b) {
  return a.token_id == b.token_id && a.user_id == b.user_id && a.client_id == b.client_id &&
         a.issued_at == b.issued_at && a.expires_at == b.expires_at &&
         a.not_before == b.not_before && a.for_this_issuer == b.for_this_issuer &&
         a.for_this_audience == b.for_this_audience &&
         (a.narrowed_to == nullptr ? b.narrowed_to == nullptr
                                   : b.narrowed_to && *a.narrowed_to == *b.narrowed_to);
}

/// What a token says if its signature is good; holds both readers of it against each other.
std::optional<Claims> read(std::string_view token) {
  SignedPayload::Buffer buffer;
  const auto payload = check_signature(token, ring(), buffer);
  const auto known = signed_claims(token, ring(), issuer);
  if (!payload) {
    require(!known);
    return std::nullopt;
  }
  require(is_canonical_token(token));
  auto claims = parse_claims(*payload, issuer);
  require(claims.has_value() == known.has_value());
  if (!claims) return std::nullopt;
  require(is_same(*claims, *known));
  return *std::move(claims);
}

/// The members of an object; a value that is no text is empty. Two of one name end the target.
std::map<std::string, std::string> members_of(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  require(parser.parse(json.data(), json.size()).get(object) == simdjson::SUCCESS);
  std::map<std::string, std::string> members;
  for (const auto [name, value] : object) {
    const auto text = value.is_string() ? std::string_view(value) : std::string_view();
    require(members.emplace(name, text).second);
  }
  return members;
}

/// Claims that we would write ourselves are read as they were written.
void check_round_trip(Claims claims) {
  const auto json = write_claims({.token_id = claims.token_id,
                                  .user_id = claims.user_id,
                                  .client_id = claims.client_id,
                                  .issued_at = claims.issued_at,
                                  .expires_at = claims.expires_at,
                                  .issuer = issuer,
                                  .scopes = "read:all"});
  auto written = std::move(claims);
  written.for_this_issuer = written.for_this_audience = true;
  written.not_before.reset();
  written.narrowed_to.reset();
  const auto again = read(sign_token(*ring().signing(), json));
  require(again && is_same(*again, written));
}

/// A space behind a JSON text changes nothing of what it says, but leads past the quick reader of
/// our own form.
void check_payload(std::string_view json) {
  if (json.empty() || json.size() > limits::token_bytes / 2) return;
  const auto& key = *ring().signing();
  auto claims = read(sign_token(key, json));
  const auto slowly = read(sign_token(key, std::string(json) + " "));
  require(claims.has_value() == slowly.has_value());
  if (!claims) return;
  require(is_same(*claims, *slowly));
  auto members = members_of(json);
  require(TokenId::parse(members.at("jti")) == claims->token_id);
  require(UserId::parse(members.at("sub")) == claims->user_id);
  require((members["iss"] == issuer) == claims->for_this_issuer);
  check_round_trip(*std::move(claims));
}

void check_header(std::string_view json, std::string_view payload) {
  if (json.empty() || payload.empty()) return;
  std::string token = base64url(bytes_of(json)) + "." + base64url(bytes_of(payload));
  const auto& key = *ring().signing();
  token += "." + key.sign(token);
  SignedPayload::Buffer buffer;
  if (!check_signature(token, ring(), buffer)) return;
  const auto members = members_of(json);
  require(members.size() == 3 && members.at("alg") == "HS256" && members.at("typ") == "at+jwt");
  require(members.at("kid") == key.kid());
}

/// One character more, less or other, and a good token is none any more.
void check_edit(std::string_view edit) {
  if (edit.size() < 3) return;
  static const std::string token =
      sign_token(*ring().signing(), R"({"iss":"urn:claviger:staging"})");
  const auto at =
      (static_cast<unsigned char>(edit[0]) * 256U + static_cast<unsigned char>(edit[1])) %
      token.size();
  std::string edited = token;
  edited.replace(at, edit.size() % 3, edit.substr(2, 3));
  SignedPayload::Buffer buffer;
  require(check_signature(edited, ring(), buffer).has_value() == (edited == token));
}

void run(std::string_view text) {
  read(text);
  check_edit(text);
  const auto end = std::min(text.find('\n'), text.size());
  check_payload(text.substr(0, end));
  if (end < text.size()) {
    check_header(text.substr(0, end), text.substr(end + 1));
    check_payload(text.substr(end + 1));
  }
}

}  // namespace
}  // namespace claviger

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  claviger::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
