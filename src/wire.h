#pragma once

#include "cli/cli.h"

namespace claviger {

/// The wiring diagram: which parts there are and in what order they start. Only here is a storage
/// engine named.
cli::Wiring wiring();

}  // namespace claviger
