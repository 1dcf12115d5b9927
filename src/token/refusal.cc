#include "token/refusal.h"

namespace claviger {

std::string_view description(TokenRefusal::Kind kind) {
  switch (kind) {
    case TokenRefusal::Kind::malformed_or_not_ours:
      return "the token is malformed or not ours";
    case TokenRefusal::Kind::expired:
      return "the token expired";
    case TokenRefusal::Kind::unknown:
      return "the token is unknown";
    case TokenRefusal::Kind::revoked:
      return "the token was revoked";
  }
  return {};
}

}  // namespace claviger
