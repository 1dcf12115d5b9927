#pragma once

#include <string_view>

#include "base/result.h"
#include "http/fields.h"

namespace claviger::http {

/// Reads a JSON object as fields, strictly (RFC 8259): the whole text is checked, the values that
/// nobody asks for included. Malformed (400) are also: text that is not UTF-8, lone surrogates,
/// nesting deeper than limits::json_depth, and anything but one object. Two members of one name,
/// however they are spelled, are Code::duplicate_field, at any depth.
Result<Fields> read_json(std::string_view body);

}  // namespace claviger::http
