#include "openid/id_token.h"

#include <optional>

#include "base/limits.h"
#include "crypto/constant_time.h"
#include "openid/json.h"

namespace claviger::openid {
namespace {

constexpr seconds leeway{60};  // for clocks that differ

tl::unexpected<Error> refused(std::string_view cause) {
  return fail(Code::openid_failed, "The provider's ID token is not acceptable.",
              "ID token: " + std::string(cause));
}

std::optional<std::string> decoded(std::string_view text) {
  const auto size = base64url_decoded_size(text.size());
  if (!size) return std::nullopt;
  std::string out(*size, '\0');
  if (!base64url_decode(text, {reinterpret_cast<std::uint8_t*>(out.data()), out.size()}))
    return std::nullopt;
  return out;
}

/// The compact form of a JWS (RFC 7515 §7.1), taken apart.
struct Parts {
  std::string_view signed_text;
  std::string header, payload, signature;
};
std::optional<Parts> take_apart(std::string_view token) {
  if (token.size() > limits::token_bytes) return std::nullopt;
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
    return std::nullopt;
  auto header = decoded(token.substr(0, first));
  auto payload = decoded(token.substr(first + 1, second - first - 1));
  auto signature = decoded(token.substr(second + 1));
  if (!header || !payload || !signature) return std::nullopt;
  return Parts{token.substr(0, second), *std::move(header), *std::move(payload),
               *std::move(signature)};
}

struct Header {
  std::optional<Signing> signing;
  std::optional<std::string> kid;
};
std::optional<Header> read_header(std::string_view json) {
  Header header;
  const auto take = [&](std::string_view name, const Json& value) {
    std::string_view text;
    if (name == "crit") return false;  // there is no extension that we know
    if (name != "alg" && name != "kid") return true;
    if (value.get(text)) return false;
    if (name == "alg") header.signing = parse_signing(text);
    if (name == "kid") header.kid = text;
    return true;
  };
  if (!parse_object(json, take)) return std::nullopt;
  return header;
}

/// With a "kid" the key of that name, else the only one that could be meant.
const Jwk* find_key(const std::vector<Jwk>& keys, const Header& header) {
  const Jwk* found = nullptr;
  for (const auto& key : keys) {
    if (!key.has(*header.signing) || (header.kid && key.kid != *header.kid)) continue;
    if (found != nullptr) return nullptr;
    found = &key;
  }
  return found;
}

struct Claims {
  Person person;
  std::string issuer, authorized_party, nonce;
  std::vector<std::string> audience;
  std::optional<std::int64_t> expires, issued;

  bool take(std::string_view name, const Json& value) {
    if (name == "iss") return text(value, issuer);
    if (name == "sub") return text(value, person.subject);
    if (name == "azp") return text(value, authorized_party);
    if (name == "nonce") return text(value, nonce);
    if (name == "email") return text(value, person.email);
    if (name == "aud") return texts(value);
    if (name == "exp") return time(value, expires);
    if (name == "iat") return time(value, issued);
    if (name == "email_verified") return take_verified(value);
    return true;
  }

 private:
  static bool text(const Json& value, std::string& out) {
    std::string_view found;
    if (value.get(found)) return false;
    out = found;
    return true;
  }
  bool texts(const Json& value) {
    std::string one;
    if (text(value, one)) {
      audience.push_back(one);
      return true;
    }
    simdjson::dom::array list;
    if (value.get(list)) return false;
    for (const auto entry : list) {
      if (!text(entry, one)) return false;
      audience.push_back(one);
    }
    return true;
  }
  /// A NumericDate may have a fraction (RFC 7519 §2).
  static bool time(const Json& value, std::optional<std::int64_t>& out) {
    double number = 0;
    if (value.get(number) || !(number >= 0) || number > 253'402'300'799.0) return false;
    out = static_cast<std::int64_t>(number);
    return true;
  }
  /// Some providers send it as a text.
  bool take_verified(const Json& value) {
    std::string_view word;
    if (!value.get(word)) {
      person.is_verified = word == "true";
      return true;
    }
    return !value.get(person.is_verified);
  }
};

/// What is wrong with the claims; empty: nothing.
std::string_view fault_of(const Claims& claims, const Expected& expected) {
  const auto& party = claims.authorized_party;
  bool is_for_us = false;
  for (const auto& one : claims.audience) is_for_us = is_for_us || one == expected.client_id;
  if (claims.issuer != expected.issuer) return "another issuer";
  if (!is_for_us) return "not for this client";
  if (claims.audience.size() > 1 && party != expected.client_id) return "for others as well";
  if (!party.empty() && party != expected.client_id) return "another authorized party";
  if (claims.person.subject.empty()) return "no subject";
  if (!claims.expires || from_unix_seconds(*claims.expires) + leeway <= expected.now)
    return "expired";
  if (!claims.issued || from_unix_seconds(*claims.issued) - leeway > expected.now)
    return "issued in the future";
  if (!equal_constant_time(bytes_of(claims.nonce), bytes_of(expected.nonce)))
    return "another nonce";
  return {};
}

}  // namespace

std::optional<std::string> kid_of(std::string_view token) {
  const auto parts = take_apart(token);
  const auto header = parts ? read_header(parts->header) : std::nullopt;
  return header ? header->kid : std::nullopt;
}

Result<Person> check_id_token(std::string_view token, const std::vector<Jwk>& keys,
                              const Expected& expected) {
  const auto parts = take_apart(token);
  if (!parts) return refused("not a JWS");
  const auto header = read_header(parts->header);
  if (!header || !header->signing) return refused("the algorithm is not acceptable");
  const auto* key = find_key(keys, *header);
  if (key == nullptr) return refused("the key is unknown");
  if (!key->key.verify(*header->signing, bytes_of(parts->signed_text), bytes_of(parts->signature)))
    return refused("the signature is wrong");
  Claims claims;
  const auto take = [&](std::string_view name, const Json& value) {
    return claims.take(name, value);
  };
  if (!parse_object(parts->payload, take)) return refused("the claims are malformed");
  if (const auto fault = fault_of(claims, expected); !fault.empty()) return refused(fault);
  return std::move(claims.person);
}

std::optional<Person> parse_user_info(std::string_view json) {
  Claims claims;
  const auto take = [&](std::string_view name, const Json& value) {
    const bool is_of_person = name == "sub" || name == "email" || name == "email_verified";
    return !is_of_person || claims.take(name, value);
  };
  if (!parse_object(json, take)) return std::nullopt;
  return std::move(claims.person);
}

Result<Email> verified_email(const Person& person) {
  const auto email = Email::parse(person.email);
  if (!email || !person.is_verified)
    return fail(Code::openid_not_verified, "The provider vouches for no e-mail address.",
                email ? email->text() + " is not verified" : "the provider tells no address");
  return *email;
}

}  // namespace claviger::openid
