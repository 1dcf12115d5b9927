// A stream of bytes as one connection would read it: requests, their bodies, the next request.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "http/chunked.h"
#include "http/request_parser.h"
#include "http/trace.h"
#include "require.h"

namespace claviger::http {
namespace {

bool is_within(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

void check_request(std::string_view bytes, const Request& request, const Head& head) {
  require(head.size <= std::min(bytes.size(), limits::head_bytes));
  require(bytes.substr(0, head.size).ends_with("\r\n\r\n"));
  require(request.headers.size() <= limits::headers);
  require(request.path == "*" || request.path.starts_with('/'));
  require(is_clean(request.path) && is_clean(request.query));
  for (const auto& [name, value] : request.headers) {
    require(!name.empty() && is_within(name, bytes) && is_within(value, bytes));
    require(is_clean(name) && is_clean(value));
  }
  require(!head.chunked || head.content_length == 0);
  if (const auto trace = trace_of(request.headers))
    require(trace->trace_id.size() == 32 && trace->parent_id.size() == 16 &&
            is_within(trace->trace_id, bytes) && is_within(trace->parent_id, bytes));
}

/// The same verdict must come of every way in which the bytes may arrive.
void check_parts(std::string_view bytes, const Head& head) {
  const std::size_t middle = bytes.size() / 2;
  static HeaderStorage storage;
  for (const std::size_t part : {std::size_t{1}, middle, bytes.size() - bytes.size() / 8}) {
    Request request;
    const auto early = parse_head(bytes.substr(0, part), storage, request);
    if (early.state == Head::State::incomplete) continue;
    require(early.state == head.state && early.status == head.status && early.size == head.size);
  }
}

/// Decodes a chunked body whole and byte by byte; tells how many bytes it took, 0 if it has no end.
std::size_t check_chunks(std::string_view bytes) {
  std::string whole(bytes);
  ChunkedDecoder decoder(limits::body_bytes);
  const auto progress = decoder.decode(whole, whole.data());
  require(progress.read <= bytes.size() && progress.written <= progress.read);
  require(progress.written <= limits::body_bytes);

  ChunkedDecoder slow(limits::body_bytes);
  std::string body;
  auto state = ChunkedDecoder::State::more;
  for (std::size_t i = 0; i < bytes.size() && state == ChunkedDecoder::State::more; ++i) {
    std::array<char, 1> out;
    const auto step = slow.decode(bytes.substr(i, 1), out.data());
    body.append(out.data(), step.written);
    state = step.state;
  }
  require(state == progress.state);
  if (state != ChunkedDecoder::State::done) return 0;
  require(body == std::string_view(whole).substr(0, progress.written));
  return progress.read;
}

void run(std::string_view bytes) {
  static HeaderStorage storage;
  while (!bytes.empty()) {
    Request request;
    const auto head = parse_head(bytes, storage, request);
    check_parts(bytes, head);
    if (head.state != Head::State::complete) return;
    check_request(bytes, request, head);
    bytes.remove_prefix(head.size);
    const auto body = head.chunked ? check_chunks(bytes) : head.content_length;
    if ((head.chunked && body == 0) || body > bytes.size()) return;
    bytes.remove_prefix(body);
  }
}

}  // namespace
}  // namespace claviger::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  claviger::http::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
