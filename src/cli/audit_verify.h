#pragma once

#include "cli/groups.h"

namespace claviger::cli {

/// Adds `audit verify`.
void add_audit_verify(CLI::App& group, Chosen& chosen);

}  // namespace claviger::cli
