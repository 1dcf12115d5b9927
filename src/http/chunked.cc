#include "http/chunked.h"

#include <algorithm>
#include <cstring>

#include "base/limits.h"
#include "http/characters.h"

// body      = *( size [ ";" extension ] CRLF data CRLF ) 1*"0" [ ";" extension ] CRLF trailers CRLF
// size      = 1*8 hexadecimal digits, directly followed by ";" or CRLF
// extension = 1*( HTAB / SP / VCHAR )
// trailers  = *( token ":" *( HTAB / SP / VCHAR / obs-text ) CRLF )
namespace claviger::http {
namespace {

constexpr std::uint8_t kSizeDigits = 8;
constexpr CharacterSet kExtensionCharacters = CharacterSet("\t").with(' ', '~');

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

bool ChunkedDecoder::refuse(int status, std::string_view reason) {
  status_ = status;
  reason_ = reason;
  return false;
}

bool ChunkedDecoder::expect(char c, char wanted, Expect next) {
  if (c != wanted) return refuse(400, "A chunk of the body is malformed.");
  expect_ = next;
  return true;
}

bool ChunkedDecoder::size_byte(char c) {
  if (const int digit = hex_digit(c); digit >= 0) {
    if (size_digits_ == kSizeDigits) return refuse(400, "A chunk's size has too many digits.");
    ++size_digits_;
    chunk_ = chunk_ << 4 | static_cast<unsigned>(digit);
    expect_ = Expect::size_or_end;
    return true;
  }
  if (expect_ == Expect::size_or_end && c == ';') {
    expect_ = Expect::extension;
    return true;
  }
  if (expect_ == Expect::size) return refuse(400, "A chunk's size is malformed.");
  return expect(c, '\r', Expect::size_lf);
}

bool ChunkedDecoder::trailer_byte(char c) {
  if (++passed_over_ > limits::head_bytes)
    return refuse(431, "The extensions and trailers of the body are too large.");
  const bool in_value = expect_ == Expect::trailer_value;
  if (c == '\r' && expect_ != Expect::trailer_name) {
    expect_ = in_value ? Expect::trailer_lf : Expect::last_lf;
    return true;
  }
  if (in_value ? kValueCharacters.has(c) : kTokenCharacters.has(c)) {
    if (!in_value) expect_ = Expect::trailer_name;
    return true;
  }
  if (expect_ == Expect::trailer_name && c == ':') {
    expect_ = Expect::trailer_value;
    return true;
  }
  return refuse(400, "A trailer of the body is malformed.");
}

bool ChunkedDecoder::framing_byte(char c) {
  switch (expect_) {
    case Expect::size:
    case Expect::size_or_end:
      return size_byte(c);
    case Expect::extension:
      if (++passed_over_ > limits::head_bytes)
        return refuse(431, "The extensions and trailers of the body are too large.");
      return kExtensionCharacters.has(c) || expect(c, '\r', Expect::size_lf);
    case Expect::size_lf:
      size_digits_ = 0;
      if (chunk_ > body_max_ - body_) return refuse(413, "The body is too large.");
      return expect(c, '\n', chunk_ == 0 ? Expect::trailer : Expect::data);
    case Expect::data_cr:
      return expect(c, '\r', Expect::data_lf);
    case Expect::data_lf:
      return expect(c, '\n', Expect::size);
    case Expect::trailer:
    case Expect::trailer_name:
    case Expect::trailer_value:
      return trailer_byte(c);
    case Expect::trailer_lf:
      return expect(c, '\n', Expect::trailer);
    case Expect::last_lf:
      return expect(c, '\n', Expect::nothing);
    case Expect::data:
    case Expect::nothing:
      break;
  }
  return refuse(400, "The body is malformed.");
}

ChunkedDecoder::Progress ChunkedDecoder::decode(std::span<const char> input, char* out) {
  Progress progress;
  while (progress.read != input.size()) {
    if (expect_ == Expect::data) {
      const auto size = std::min<std::uint64_t>(chunk_, input.size() - progress.read);
      if (out != nullptr) std::memmove(out + progress.written, input.data() + progress.read, size);
      progress.read += size;
      progress.written += size;
      body_ += size;
      chunk_ -= size;
      if (chunk_ == 0) expect_ = Expect::data_cr;
      continue;
    }
    if (!framing_byte(input[progress.read++])) {
      progress.state = State::refused;
      progress.status = status_;
      progress.reason = reason_;
      return progress;
    }
    if (expect_ == Expect::nothing) {
      progress.state = State::done;
      return progress;
    }
  }
  return progress;
}

}  // namespace claviger::http
