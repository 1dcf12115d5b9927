#pragma once

#include <span>
#include <string_view>

namespace claviger::api {

/// A file of the docs viewer (web/docs), as it is served. It lives in the binary.
struct Asset {
  std::string_view path;  // "/docs" is the page itself
  std::string_view content_type;
  std::string_view content_encoding;  // "gzip", or empty: the bytes are the file's own
  std::string_view bytes;
};

/// The Content-Security-Policy that the page works under: this origin alone, no inline scripts.
extern const std::string_view docs_content_security_policy;

/// All files of the docs viewer.
std::span<const Asset> assets();

}  // namespace claviger::api
