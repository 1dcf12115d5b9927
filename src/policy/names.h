#pragma once

#include <string_view>

#include "base/result.h"

namespace claviger {

/// Whether a text can be a name: 1 to `most` characters of well-formed UTF-8, without control
/// characters and without white space around it (ACC-4). Errors: unacceptable_field.
Status check_name(std::string_view field, std::string_view text, std::size_t most);

}  // namespace claviger
