#pragma once

#include <string>
#include <string_view>

#include "audit/trail_check.h"

namespace claviger {

// An export is text: a line that says which trail it is of and behind which row it begins, then a
// line for each row. Every line is a JSON object with a newline at its end.

std::string export_head(const AuditTrail& trail);
std::string export_line(const AuditRow& row);

/// Errors of both: malformed_body (with what is wrong).
Result<AuditTrail> parse_export_head(std::string_view line);
Result<AuditRow> parse_export_line(std::string_view line);

}  // namespace claviger
