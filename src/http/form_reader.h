#pragma once

#include <string_view>

#include "base/result.h"
#include "http/fields.h"

namespace claviger::http {

/// Reads an application/x-www-form-urlencoded body (WHATWG URL §5.1) as fields, strictly: a "%"
/// without two hexadecimal digits, decoded bytes that are not UTF-8, and more than
/// limits::form_fields are malformed (400); two fields of one name are Code::duplicate_field.
Result<Fields> read_form(std::string_view body);

/// Reads a URL's query by the same rules, but names may come several times.
Result<Fields> read_query(std::string_view query);

}  // namespace claviger::http
