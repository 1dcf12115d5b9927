#include "api/assets.h"

#include "api/embed.h"

CLAVIGER_EMBED(page_html, CLAVIGER_DOCS_SOURCE "/index.html");
CLAVIGER_EMBED(page_css, CLAVIGER_DOCS_SOURCE "/page.css");
CLAVIGER_EMBED(page_js, CLAVIGER_DOCS_SOURCE "/page.js");
CLAVIGER_EMBED(viewer_css, CLAVIGER_DOCS_OUTPUT "/swagger-ui.css.gz");
CLAVIGER_EMBED(viewer_js, CLAVIGER_DOCS_OUTPUT "/swagger-ui-bundle.js.gz");

namespace claviger::api {

const std::string_view docs_content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::span<const Asset> assets() {
  static const Asset all[] = {
      {"/docs", "text/html; charset=utf-8", "", CLAVIGER_ASSET(page_html)},
      {"/docs/page.css", "text/css; charset=utf-8", "", CLAVIGER_ASSET(page_css)},
      {"/docs/page.js", "text/javascript; charset=utf-8", "", CLAVIGER_ASSET(page_js)},
      {"/docs/swagger-ui.css", "text/css; charset=utf-8", "gzip", CLAVIGER_ASSET(viewer_css)},
      {"/docs/swagger-ui-bundle.js", "text/javascript; charset=utf-8", "gzip",
       CLAVIGER_ASSET(viewer_js)},
  };
  return all;
}

}  // namespace claviger::api
