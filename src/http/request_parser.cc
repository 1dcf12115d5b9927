#include "http/request_parser.h"

#include <charconv>
#include <cstring>

#include "base/text.h"
#include "http/characters.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

// head         = [ CRLF ] method SP target SP version CRLF *( name ":" OWS value OWS CRLF ) CRLF
// target       = path [ "?" query ] / scheme "://" authority [ path ] [ "?" query ] / "*"
// Lines end with CRLF and nothing else. A byte is refused as soon as it is seen, so a head that
// comes in pieces meets the same verdict as one that comes whole.
namespace claviger::http {
namespace {

constexpr CharacterSet kTargetCharacters = CharacterSet("").with('!', '~').without('#');
constexpr CharacterSet kHostCharacters = [] {
  CharacterSet set("-._~%!$&'()*+,;=");  // reg-name of RFC 3986 §3.2.2
  return set.with('0', '9').with('a', 'z').with('A', 'Z');
}();
constexpr CharacterSet kIpLiteralCharacters =
    CharacterSet(":.").with('0', '9').with('a', 'f').with('A', 'F');

/// Whether a valid header name is `lower`, which is lower-case. (Among tchar, setting this bit
/// makes letters lower-case and makes nothing else a letter, digit or hyphen.)
bool is_name(std::string_view name, std::string_view lower) {
  for (std::size_t i = 0; i < lower.size(); ++i)
    if ((name[i] | 0x20) != lower[i]) return false;
  return true;
}

#ifdef __SSE2__
constexpr std::ptrdiff_t kBlock = 16;

/// Whether a control character is in the block.
bool has_control(const char* block) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block));
  const __m128i below_space = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
  const __m128i is_del = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f));
  return _mm_movemask_epi8(_mm_or_si128(below_space, is_del)) != 0;
}
#else
constexpr std::ptrdiff_t kBlock = 8;

/// Whether a control character is in the block.
bool has_control(const char* block) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t tops = 0x80 * ones;
  std::uint64_t word;
  std::memcpy(&word, block, sizeof word);
  const std::uint64_t del = word ^ (0x7f * ones);
  const auto below_space = (word - 0x20 * ones) & ~word;
  const auto is_del = (del - ones) & ~del;
  return ((below_space | is_del) & tops) != 0;
}
#endif

/// The first byte from `at` that may not stand in a header's value. Steps over a block at a time
/// while none of it is a control character.
const char* end_of_value(const char* at, const char* end) {
  while (true) {
    while (end - at >= kBlock && !has_control(at)) at += kBlock;
    const char* const stop = end - at >= kBlock ? at + kBlock : end;
    while (at != stop && kValueCharacters.has(*at)) ++at;
    if (at != stop || at == end) return at;
  }
}

/// host [ ":" port ] (RFC 9110 §7.2), not empty and without user information.
bool is_authority(std::string_view text) {
  std::string_view port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos || close < 3) return false;
    for (const char c : text.substr(1, close - 1))
      if (!kIpLiteralCharacters.has(c)) return false;
    port = text.substr(close + 1);
  } else {
    const auto colon = text.find(':');
    const auto host = text.substr(0, colon);
    if (host.empty()) return false;
    for (const char c : host)
      if (!kHostCharacters.has(c)) return false;
    if (colon != std::string_view::npos) port = text.substr(colon);
  }
  if (port.empty()) return true;
  if (port.front() != ':' || port.size() > 6) return false;
  for (const char c : port.substr(1))
    if (!kDigits.has(c)) return false;
  return true;
}

Method method_of(std::string_view text) {
  if (text == "GET") return Method::get;
  if (text == "POST") return Method::post;
  if (text == "HEAD") return Method::head;
  if (text == "DELETE") return Method::delete_;
  if (text == "PATCH") return Method::patch;
  if (text == "PUT") return Method::put;
  if (text == "OPTIONS") return Method::options;
  return Method::other;
}

void add(Single& single, std::string_view value) {
  single.value = ++single.count == 1 ? value : std::string_view{};
}

class HeadParser {
 public:
  HeadParser(std::string_view bytes, HeaderStorage& storage, Request& request)
      : start_(bytes.data()),
        at_(bytes.data()),
        end_(bytes.data() + bytes.size()),
        storage_(storage),
        request_(request) {}

  Head parse() {
    if (empty_line_before() && request_line()) {
      while (header_line()) {
      }
    }
    return head_;
  }

 private:
  // Each step returns whether to go on. If not, the head is incomplete, refused or complete, as
  // head_.state says.
  bool more() { return false; }
  bool refuse(int status, std::string_view reason) {
    head_.state = Head::State::refused;
    head_.status = status;
    head_.reason = reason;
    return false;
  }

  /// A client may have sent one CRLF too many after a body (RFC 9112 §2.2).
  bool empty_line_before() { return at_ == end_ || *at_ != '\r' || end_of_line(); }

  bool end_of_line() {
    if (at_ == end_) return more();
    if (*at_ != '\r') return refuse(400, "A line of the head must end with CR LF.");
    if (at_ + 1 == end_) return more();
    if (at_[1] != '\n') return refuse(400, "A line of the head must end with CR LF.");
    at_ += 2;
    return true;
  }

  std::string_view take(const CharacterSet& set) {
    const char* const from = at_;
    while (at_ != end_ && set.has(*at_)) ++at_;
    return {from, static_cast<std::size_t>(at_ - from)};
  }

  bool request_line() {
    request_.method_text = take(kTokenCharacters);
    if (at_ == end_) return more();
    if (*at_ != ' ' || request_.method_text.empty())
      return refuse(400, "The request line must begin with a method.");
    ++at_;
    request_.method = method_of(request_.method_text);
    if (request_.method_text == "TRACE" || request_.method_text == "CONNECT")
      return refuse(405, "This method is not offered.");

    const auto target = take(kTargetCharacters);
    if (target.size() > limits::url_bytes) return refuse(414, "The URL is too long.");
    if (at_ == end_) return more();
    if (*at_ != ' ') return refuse(400, "The URL holds a byte that must be percent-encoded.");
    ++at_;
    return split_target(target) && version() && end_of_line();
  }

  bool split_target(std::string_view target) {
    if (target == "*" && request_.method == Method::options) {
      request_.path = target;
      return true;
    }
    if (!target.starts_with('/')) {
      const auto scheme_end = target.find("://");
      const auto scheme = target.substr(0, scheme_end);
      if (!equal_ignoring_case(scheme, "http") && !equal_ignoring_case(scheme, "https"))
        return refuse(400, "The URL must be a path or begin with http:// or https://.");
      target.remove_prefix(std::min(scheme.size() + 3, target.size()));
      const auto authority = target.substr(0, target.find_first_of("/?"));
      if (!is_authority(authority)) return refuse(400, "The URL's host is malformed.");
      request_.host = authority;  // goes before the header (RFC 9112 §3.2.2)
      target.remove_prefix(authority.size());
    }
    const auto question = target.find('?');
    request_.path = question == 0 || target.empty() ? "/" : target.substr(0, question);
    if (question != std::string_view::npos) request_.query = target.substr(question + 1);
    return true;
  }

  bool version() {
    constexpr std::string_view pattern = "HTTP/1.";
    for (const char expected : pattern) {
      if (at_ == end_) return more();
      if (*at_ != expected) return refuse(400, "The version must be HTTP/1.1 or HTTP/1.0.");
      ++at_;
    }
    if (at_ == end_) return more();
    if (*at_ != '1' && *at_ != '0') return refuse(400, "The version must be HTTP/1.1 or HTTP/1.0.");
    head_.is_http_1_0 = *at_ == '0';
    ++at_;
    return true;
  }

  bool header_line() {
    if (at_ == end_) return more();
    if (*at_ == '\r') return end_of_line() && finish();
    if (headers_ == storage_.size()) return refuse(431, "There are too many headers.");
    const auto name = take(kTokenCharacters);
    if (at_ == end_) return more();
    if (*at_ != ':' || name.empty())
      return refuse(400, "A header's name must be a token followed by a colon.");
    ++at_;
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t')) ++at_;
    const char* const from = at_;
    at_ = end_of_value(at_, end_);
    const char* to = at_;
    while (to != from && (to[-1] == ' ' || to[-1] == '\t')) --to;
    if (at_ != end_ && *at_ != '\r')
      return refuse(400, "A header's value must not hold control characters.");
    if (!end_of_line()) return false;
    Header& header = storage_[headers_++];
    header = {name, {from, static_cast<std::size_t>(to - from)}};
    return note(header);
  }

  /// Remembers the headers that the server itself looks at.
  bool note(const Header& header) {
    const auto& [name, value] = header;
    switch (name.size()) {
      case 4:
        if (is_name(name, "host")) add(host_, value);
        break;
      case 6:
        if (is_name(name, "expect")) return expectation(value);
        break;
      case 9:
        if (is_name(name, "x-api-key")) add(request_.api_key, value);
        break;
      case 10:
        if (is_name(name, "connection")) connection_options(value);
        break;
      case 12:
        if (is_name(name, "content-type")) add(request_.content_type, value);
        break;
      case 13:
        if (is_name(name, "authorization")) add(request_.authorization, value);
        break;
      case 14:
        if (is_name(name, "content-length")) add(content_length_, value);
        break;
      case 16:
        if (is_name(name, "content-encoding")) add(request_.content_encoding, value);
        break;
      case 17:
        if (is_name(name, "transfer-encoding")) add(transfer_encoding_, value);
        break;
      default:
        break;
    }
    return true;
  }

  bool expectation(std::string_view value) {
    if (head_.is_http_1_0) return true;  // to be ignored there (RFC 9110 §10.1.1)
    if (!equal_ignoring_case(value, "100-continue"))
      return refuse(417, "The only expectation that is met is 100-continue.");
    head_.expects_continue = true;
    return true;
  }

  void connection_options(std::string_view list) {
    while (true) {
      const auto comma = list.find(',');
      const auto option = trim(list.substr(0, comma));
      if (equal_ignoring_case(option, "close")) says_close_ = true;
      if (equal_ignoring_case(option, "keep-alive")) says_keep_alive_ = true;
      if (comma == std::string_view::npos) return;
      list.remove_prefix(comma + 1);
    }
  }

  bool finish() {
    request_.headers = std::span(storage_).first(headers_);
    const bool host_is_missing = host_.count == 0 && !head_.is_http_1_0;
    if (host_is_missing || host_.count > 1)
      return refuse(400, "There must be exactly one Host header.");
    if (host_.count == 1 && !is_authority(host_.value))
      return refuse(400, "The Host header is malformed.");
    if (request_.host.empty()) request_.host = host_.value;
    if (!framing()) return false;
    head_.keep_alive = !says_close_ && (!head_.is_http_1_0 || says_keep_alive_);
    head_.size = static_cast<std::size_t>(at_ - start_);
    head_.state = Head::State::complete;
    return false;
  }

  /// How long the body is (RFC 9112 §6.3): by one header of one meaning, or refused.
  bool framing() {
    if (transfer_encoding_.count != 0) {
      if (content_length_.count != 0)
        return refuse(400, "Content-Length and Transfer-Encoding exclude each other.");
      if (head_.is_http_1_0) return refuse(400, "HTTP/1.0 has no Transfer-Encoding.");
      if (!equal_ignoring_case(transfer_encoding_.value, "chunked"))
        return refuse(400, "The only Transfer-Encoding that is read is chunked.");
      head_.chunked = true;
      return true;
    }
    if (content_length_.count == 0) return true;
    const auto text = content_length_.value;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), head_.content_length);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
      return refuse(400, "Content-Length must come once and be one decimal number.");
    return true;
  }

  const char* const start_;
  const char* at_;
  const char* const end_;
  HeaderStorage& storage_;
  Request& request_;
  Head head_;
  std::size_t headers_ = 0;
  Single host_;
  Single content_length_;
  Single transfer_encoding_;
  bool says_close_ = false;
  bool says_keep_alive_ = false;
};

}  // namespace

Head parse_head(std::string_view bytes, HeaderStorage& storage, Request& request) {
  const auto peer = request.peer;
  const auto id = request.id;
  request = Request{};
  request.peer = peer;
  request.id = id;
  Head head = HeadParser(bytes.substr(0, limits::head_bytes), storage, request).parse();
  if (head.state == Head::State::incomplete && bytes.size() >= limits::head_bytes) {
    head.state = Head::State::refused;
    head.status = 431;
    head.reason = "The head of the request is too large.";
  }
  return head;
}

}  // namespace claviger::http
