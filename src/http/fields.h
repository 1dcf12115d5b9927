#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/request.h"

namespace claviger::http {

/// Memory for decoded texts, of a fixed size, wiped when it goes: bodies carry secrets.
class Arena {
 public:
  Arena() = default;
  explicit Arena(std::size_t size) : bytes_(std::make_unique<char[]>(size)), size_(size) {}
  Arena(Arena&& other) noexcept
      : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}
  Arena& operator=(Arena&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(size_, other.size_);
    return *this;
  }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena();
  char* data() { return bytes_.get(); }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

/// One field of a body or query.
struct Field {
  enum class Kind : std::uint8_t {
    text,    // a JSON string
    number,  // a JSON number; `text` is how it was written
    truth,   // true or false; `text` is which
    null,
    texts,    // a JSON array of strings
    other,    // a JSON object, or another array
    untyped,  // of a form or query, where everything is a text
  };
  std::string_view name;
  Kind kind = Kind::other;
  std::string_view text = {};
  std::vector<std::string_view> texts = {};
};

/// The fields of a request's body or query, the same whether they came as JSON or as a form. Names
/// and texts are well-formed UTF-8, may hold any character, NUL included, and live as long as this.
///
/// Each getter gives nothing if there is no such field or it is a JSON null, and a 422 about the
/// field if it is of another type. In a query a name may come several times: then the getters
/// give a 400; a QueryCursor reads them one by one.
class Fields {
 public:
  Fields() = default;
  Fields(Arena arena, std::vector<Field> fields)
      : arena_(std::move(arena)), fields_(std::move(fields)) {}

  Result<std::optional<std::string_view>> text(std::string_view name) const;
  /// The text of a field that must be there.
  Result<std::string_view> required_text(std::string_view name) const;
  /// A JSON integer or form text of decimal digits alone: no sign, fraction, exponent or leading
  /// zero (ACC-5). An empty form text is no value.
  Result<std::optional<std::int64_t>> integer(std::string_view name) const;
  /// A JSON true or false, or that word in a form. An empty form text is no value.
  Result<std::optional<bool>> truth(std::string_view name) const;
  /// A JSON array of strings, or a form text with single spaces between them. An empty form text is
  /// no value.
  Result<std::optional<std::vector<std::string_view>>> texts(std::string_view name) const;

 private:
  /// The one field of this name; null if there is none or it is a JSON null.
  Result<const Field*> one(std::string_view name) const;

  Arena arena_;
  std::vector<Field> fields_;
};

/// Reads the body of a request by its Content-Type: application/json or
/// application/x-www-form-urlencoded, in UTF-8. No body has no fields. Errors: 400 for a malformed
/// body, one with two fields of one name, and a repeated Content-Type; 415 for another media type,
/// none at all, and any Content-Encoding.
Result<Fields> read_fields(const Request& request);

}  // namespace claviger::http
