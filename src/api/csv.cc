#include "api/csv.h"

namespace claviger::api {
namespace {

constexpr std::string_view kBeginsFormula = "=+-@\t\r";

}  // namespace

CsvRow& CsvRow::plain(std::string_view value) {
  if (!is_first_) out_ += ',';
  is_first_ = false;
  out_ += value;
  return *this;
}

CsvRow& CsvRow::text(std::string_view value) {
  plain({});
  const bool is_formula =
      !value.empty() && kBeginsFormula.find(value.front()) != std::string_view::npos;
  const bool is_quoted = value.find_first_of("\",\r\n") != std::string_view::npos;
  if (is_quoted) out_ += '"';
  if (is_formula) out_ += '\'';
  for (const char c : value) {
    if (c == '"') out_ += '"';
    out_ += c;
  }
  if (is_quoted) out_ += '"';
  return *this;
}

void CsvRow::end() {
  out_ += "\r\n";
}

void write_csv_head(std::string& out, std::initializer_list<std::string_view> names) {
  CsvRow row(out);
  for (const auto name : names) row.text(name);
  row.end();
}

}  // namespace claviger::api
