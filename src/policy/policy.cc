#include "policy/policy.h"

namespace claviger {

std::string issuer_of(const Environment& environment) {
  return "urn:claviger:" + environment.name();
}

}  // namespace claviger
