// What an OpenID provider sends: its keys, and an ID token, a line each.
#include <cstdint>
#include <string_view>

#include "openid/id_token.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto end = std::min(text.find('\n'), text.size());
  const auto keys = claviger::openid::parse_jwk_set(text.substr(0, end));
  const auto token = text.substr(std::min(end + 1, text.size()));
  (void)claviger::openid::kid_of(token);
  (void)claviger::openid::parse_user_info(token);
  if (!keys) return 0;
  const auto person = claviger::openid::check_id_token(token, *keys,
                                                       {.issuer = "https://issuer.example",
                                                        .client_id = "us",
                                                        .nonce = "the nonce",
                                                        .now = claviger::from_unix_seconds(0)});
  require(!person || !person->subject.empty());
  return 0;
}
