#pragma once

#include <span>
#include <string_view>

namespace claviger::api {

/// A file of the docs viewer (web/docs) or of the panel, as it is served. It lives in the binary.
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

/// The page of the admin panel (web/admin), and the files that it loads. Their names carry a hash
/// of what they hold.
std::string_view panel_page();
std::span<const Asset> panel_assets();

}  // namespace claviger::api
