#include "http/response_writer.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "http/request.h"

namespace claviger::http {
namespace {

std::string_view status_line(int status) {
  switch (status) {
    case 200:
      return "HTTP/1.1 200 OK\r\n";
    case 201:
      return "HTTP/1.1 201 Created\r\n";
    case 204:
      return "HTTP/1.1 204 No Content\r\n";
    case 301:
      return "HTTP/1.1 301 Moved Permanently\r\n";
    case 302:
      return "HTTP/1.1 302 Found\r\n";
    case 303:
      return "HTTP/1.1 303 See Other\r\n";
    case 304:
      return "HTTP/1.1 304 Not Modified\r\n";
    case 307:
      return "HTTP/1.1 307 Temporary Redirect\r\n";
    case 308:
      return "HTTP/1.1 308 Permanent Redirect\r\n";
    case 400:
      return "HTTP/1.1 400 Bad Request\r\n";
    case 401:
      return "HTTP/1.1 401 Unauthorized\r\n";
    case 403:
      return "HTTP/1.1 403 Forbidden\r\n";
    case 404:
      return "HTTP/1.1 404 Not Found\r\n";
    case 405:
      return "HTTP/1.1 405 Method Not Allowed\r\n";
    case 408:
      return "HTTP/1.1 408 Request Timeout\r\n";
    case 409:
      return "HTTP/1.1 409 Conflict\r\n";
    case 413:
      return "HTTP/1.1 413 Content Too Large\r\n";
    case 414:
      return "HTTP/1.1 414 URI Too Long\r\n";
    case 415:
      return "HTTP/1.1 415 Unsupported Media Type\r\n";
    case 417:
      return "HTTP/1.1 417 Expectation Failed\r\n";
    case 422:
      return "HTTP/1.1 422 Unprocessable Content\r\n";
    case 429:
      return "HTTP/1.1 429 Too Many Requests\r\n";
    case 431:
      return "HTTP/1.1 431 Request Header Fields Too Large\r\n";
    case 503:
      return "HTTP/1.1 503 Service Unavailable\r\n";
    default:
      return {};
  }
}

void write_status_line(std::string& out, int status) {
  if (const auto line = status_line(status); !line.empty()) {
    out += line;
    return;
  }
  std::array<char, 16> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), status);
  out += "HTTP/1.1 ";
  out.append(digits.data(), end);
  out += " \r\n";
}

void write_content_length(std::string& out, std::size_t size) {
  std::array<char, 24> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), size);
  out += "Content-Length: ";
  out.append(digits.data(), end);
  out += "\r\n";
}

/// Neither has a body nor a Content-Length (RFC 9110 §8.6).
bool has_no_content(int status) {
  return status == 204 || status == 304;
}

// A year, for this host alone: what its subdomains do is not for this server to say (RFC 6797).
constexpr std::string_view kStrictTransportSecurity =
    "Strict-Transport-Security: max-age=31536000\r\n";

// Everything of an answer but its own header lines, its body and its three static texts.
constexpr std::size_t kFixedBytesMax = 512;

}  // namespace

void write_response(std::string& out, const Response& response, const Framing& framing) {
  write_status_line(out, response.status);
  out += "Date: ";
  out += framing.date;
  out += "\r\nX-Request-Id: ";
  std::array<char, request_id_chars> id;
  request_id_write(framing.request_id, id.data());
  out.append(id.data(), id.size());
  out += "\r\nX-Content-Type-Options: nosniff\r\nCache-Control: ";
  out += response.cache_control;
  out += "\r\nContent-Security-Policy: ";
  out += response.policy();
  out += "\r\n";
  if (framing.is_tls) out += kStrictTransportSecurity;
  out += response.headers;
  if (!has_no_content(response.status)) {
    if (!response.content_type.empty()) {
      out += "Content-Type: ";
      out += response.content_type;
      out += "\r\n";
    }
    if (response.source == nullptr)
      write_content_length(out, response.body.size());
    else if (!framing.is_http_1_0)
      out += "Transfer-Encoding: chunked\r\n";
  }
  if (framing.close)
    out += "Connection: close\r\n";
  else if (framing.is_http_1_0)
    out += "Connection: keep-alive\r\n";
  out += "\r\n";
  if (!framing.head_only && !has_no_content(response.status)) out += response.body;
}

void write_chunk(std::string& out, std::string_view piece) {
  if (piece.empty()) return;
  std::array<char, 16> digits;
  const auto [end, error] =
      std::to_chars(digits.data(), digits.data() + digits.size(), piece.size(), 16);
  out.append(digits.data(), end);
  out += "\r\n";
  out += piece;
  out += "\r\n";
}

std::size_t response_size_max(const Response& response) {
  return kFixedBytesMax + response.content_type.size() + response.cache_control.size() +
         response.policy().size() + response.headers.size() + response.body.size();
}

std::string http_date(Instant at) {
  using namespace std::chrono;
  constexpr std::array days_of_week{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss clock{floor<std::chrono::seconds>(at - day)};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     days_of_week[weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                     months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace claviger::http
