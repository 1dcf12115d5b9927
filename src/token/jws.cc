// JSON Web Signature, compact form (RFC 7515 §3.1), as strict as can be:
//
//   token  = header "." payload "." signature        each non-empty canonical base64url
//   header = {"alg":A,"typ":"at+jwt","kid":K}        exactly these members, in any order
//
// K names a key of the ring, and A must be that key's algorithm. The usual header is the very text
// that we write, found by comparison; any other spelling is decoded, parsed and held to the rules.
#include "token/jws.h"

#include <optional>

#include "base/bytes.h"
#include "base/limits.h"
#include "token/json_object.h"

namespace claviger {
namespace {

using Kind = TokenRefusal::Kind;

static_assert(SignedPayload::kPadding >= simdjson::SIMDJSON_PADDING);

auto malformed(std::string_view reason, std::string_view environment = {}) {
  return tl::unexpected(
      TokenRefusal{Kind::malformed_or_not_ours, reason, std::string(environment)});
}

struct Parts {
  std::string_view header, payload, signature;
  std::string_view signing_input;  // header and payload with the dot between them
};

std::optional<Parts> split(std::string_view token) {
  const auto first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  Parts parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
              token.substr(second + 1), token.substr(0, second)};
  if (parts.header.empty() || parts.payload.empty() || parts.signature.empty()) return std::nullopt;
  if (parts.signature.find('.') != std::string_view::npos) return std::nullopt;
  return parts;
}

/// The decoded text, at the front of a buffer that is longer by what the JSON parser may read.
std::optional<std::string_view> decode(std::string_view part, SignedPayload::Buffer& buffer) {
  auto* bytes = reinterpret_cast<std::uint8_t*>(buffer.data());
  const auto size = base64url_decode(part, {bytes, limits::token_bytes});
  if (!size) return std::nullopt;
  return std::string_view(buffer.data(), *size);
}

struct Header {
  std::string algorithm, type, kid;
};

std::optional<Header> parse_header(std::string_view json) {
  Header header;
  const bool good = for_each_member(json, [&](std::string_view name, auto value) {
    std::string_view text;
    if (value.get(text)) return false;
    if (name == "alg")
      header.algorithm = text;
    else if (name == "typ")
      header.type = text;
    else if (name == "kid")
      header.kid = text;
    else
      return false;
    return true;
  });
  if (!good || header.algorithm.empty() || header.type.empty() || header.kid.empty())
    return std::nullopt;
  return header;
}

Checked<const Key*> key_of(std::string_view header_part, const KeyRing& keys,
                           SignedPayload::Buffer& buffer) {
  if (const Key* key = keys.find_by_header(header_part)) return key;
  const auto decoded = decode(header_part, buffer);
  if (!decoded) return malformed("header is not canonical base64url");
  const auto header = parse_header(*decoded);
  if (!header) return malformed("header is not exactly alg, typ and kid");
  if (header->type != "at+jwt") return malformed("typ is not at+jwt");
  const Key* key = keys.find(header->kid);
  if (key == nullptr) return malformed("unknown kid", environment_of_kid(header->kid));
  if (!key->is_algorithm(header->algorithm)) return malformed("alg is not the key's");
  return key;
}

}  // namespace

Checked<SignedPayload> check_signature(std::string_view token, const KeyRing& keys,
                                       SignedPayload::Buffer& buffer) {
  if (token.size() > limits::token_bytes) return malformed("longer than 8 KiB");
  const auto parts = split(token);
  if (!parts) return malformed("not three non-empty parts");
  const auto key = key_of(parts->header, keys, buffer);
  if (!key) return tl::unexpected(key.error());
  if (!(*key)->verify(parts->signing_input, parts->signature))
    return malformed("signature does not match");
  const auto payload = decode(parts->payload, buffer);
  if (!payload) return malformed("payload is not canonical base64url");
  return SignedPayload(*payload, keys.place_of(**key));
}

std::string sign_token(const Key& key, std::string_view payload_json) {
  std::string token = key.header_part();
  token += '.';
  base64url_append(token, bytes_of(payload_json));
  const auto signature = key.sign(token);
  token += '.';
  token += signature;
  return token;
}

}  // namespace claviger
