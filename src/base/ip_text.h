#pragma once

#include <string>

#include "base/ip_address.h"

namespace claviger {

/// "192.0.2.1" or "2001:db8::1".
std::string ip_address_text(const IpAddress& address);

}  // namespace claviger
