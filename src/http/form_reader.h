#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
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
/// What a malformed query is answered with.
Error malformed_query();

/// Decodes "+" and "%XX" into `out`, which has room for `text`. Nothing if a "%" is malformed or
/// what comes out is not UTF-8.
std::optional<std::string_view> form_decode(std::string_view text, char* out);

/// Decodes the "%XX" of a path's segment (RFC 3986 §2.1), in which "+" is a plus. False if a "%" is
/// malformed.
bool percent_decode(std::string_view text, std::string& out);

/// The fields of a form or query one by one, decoded into memory of the caller's, which must be as
/// large as the text.
class QueryCursor {
 public:
  QueryCursor(std::string_view text, std::span<char> room);

  struct Pair {
    std::string_view name, value;
  };
  /// The next field; nullopt if there is none or it is malformed.
  std::optional<Pair> next();
  bool is_malformed() const { return is_malformed_; }

 private:
  std::string_view rest_;
  char* room_;
  std::size_t count_ = 0;
  bool is_malformed_ = false;
};

}  // namespace claviger::http
