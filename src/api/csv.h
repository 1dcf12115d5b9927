#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/time.h"

namespace claviger::api {

/// Appends rows of CSV (RFC 4180) to a text. A text that a spreadsheet would run as a formula
/// gets a "'" before it: identifiers and names are other people's.
class CsvRow {
 public:
  explicit CsvRow(std::string& out) : out_(out) {}

  CsvRow& text(std::string_view value);
  CsvRow& number(std::int64_t value) { return plain(std::to_string(value)); }
  CsvRow& truth(bool value) { return plain(value ? "true" : "false"); }
  CsvRow& time(Instant value) { return plain(rfc3339(value)); }
  CsvRow& time(const std::optional<Instant>& value) { return value ? time(*value) : plain({}); }
  template <class Tag>
  CsvRow& id(const Id<Tag>& value) {
    return plain(value.text());
  }
  void end();

 private:
  CsvRow& plain(std::string_view value);
  std::string& out_;
  bool is_first_ = true;
};

/// A row of texts: the names of the columns.
void write_csv_head(std::string& out, std::initializer_list<std::string_view> names);

}  // namespace claviger::api
