#pragma once

#include <string>

#include "cli/cli.h"

namespace claviger {

/// The wiring diagram: which parts there are and in what order they start. Only here is a storage
/// engine named. `notify_socket` is where ServiceManager finds the service manager.
cli::Wiring wiring(std::string notify_socket);

}  // namespace claviger
