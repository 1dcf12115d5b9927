#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/text.h"
#include "base/time.h"

namespace claviger {

/// A member's name, known at compile time to need no escapes.
class JsonName {
 public:
  template <std::size_t N>
  consteval JsonName(const char (&text)[N]) : text_(text, N - 1) {  // NOLINT(*-explicit-*)
    for (const char c : text_)
      if (c < ' ' || c > '~' || c == '"' || c == '\\') throw "a name that needs escapes";
  }
  constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

/// Writes one JSON value into a string, in order, with the commas in their places.
///   JsonWriter w(out); w.begin_object(); w.field("id", id.text()); w.end_object();
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(const JsonName& name) {
    comma();
    out_ += '"';
    out_ += name.text();
    out_ += "\":";
    need_comma_ = false;
    return *this;
  }
  /// A name that comes from elsewhere.
  JsonWriter& any_key(std::string_view name) {
    comma();
    append_json_string(out_, name);
    out_ += ':';
    need_comma_ = false;
    return *this;
  }
  JsonWriter& value(std::string_view text) {
    comma();
    append_json_string(out_, text);
    return *this;
  }
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool truth) {
    comma();
    out_ += truth ? "true" : "false";
    return *this;
  }
  template <std::integral T>
  requires(!std::same_as<T, bool> && !std::same_as<T, char>) JsonWriter& value(T number) {
    comma();
    out_ += std::to_string(number);
    return *this;
  }
  JsonWriter& null() {
    comma();
    out_ += "null";
    return *this;
  }
  template <class Tag>
  JsonWriter& value(const Id<Tag>& id) {
    comma();
    std::array<char, 38> text;
    text.front() = text.back() = '"';
    uuid_write(id.bytes, text.data() + 1);
    out_.append(text.data(), text.size());
    return *this;
  }
  JsonWriter& value(Instant at) {
    comma();
    std::array<char, rfc3339_chars + 2> text;
    text.front() = text.back() = '"';
    rfc3339_write(at, text.data() + 1);
    out_.append(text.data(), text.size());
    return *this;
  }
  /// A value that is JSON text already.
  JsonWriter& raw(std::string_view json) {
    comma();
    out_ += json;
    return *this;
  }
  template <class T>
  JsonWriter& value(const std::optional<T>& maybe) {
    return maybe ? value(*maybe) : null();
  }
  template <class T>
  JsonWriter& field(const JsonName& name, const T& v) {
    key(name);
    return value(v);
  }
  template <class T>
  JsonWriter& any_field(std::string_view name, const T& v) {
    any_key(name);
    return value(v);
  }

 private:
  void comma() {
    if (need_comma_) out_ += ',';
    need_comma_ = true;
  }
  JsonWriter& open(char bracket) {
    comma();
    out_ += bracket;
    need_comma_ = false;
    return *this;
  }
  JsonWriter& close(char bracket) {
    out_ += bracket;
    need_comma_ = true;
    return *this;
  }
  std::string& out_;
  bool need_comma_ = false;
};

}  // namespace claviger
