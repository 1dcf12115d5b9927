#include "api/assets.h"

// The assembler's .incbin copies a file into the object as it is. An array literal of half a
// megabyte would take the compiler seconds and hundreds of megabytes of memory.
#define CLAVIGER_EMBED(name, file)                \
  asm(".pushsection .rodata\n"                    \
      ".global claviger_asset_" #name             \
      "\n"                                        \
      ".global claviger_asset_" #name             \
      "_end\n"                                    \
      "claviger_asset_" #name ": .incbin \"" file \
      "\"\n"                                      \
      "claviger_asset_" #name                     \
      "_end:\n"                                   \
      ".popsection\n");                           \
  extern "C" const char claviger_asset_##name[], claviger_asset_##name##_end[]

CLAVIGER_EMBED(page_html, CLAVIGER_DOCS_SOURCE "/index.html");
CLAVIGER_EMBED(page_css, CLAVIGER_DOCS_SOURCE "/page.css");
CLAVIGER_EMBED(page_js, CLAVIGER_DOCS_SOURCE "/page.js");
CLAVIGER_EMBED(viewer_css, CLAVIGER_DOCS_OUTPUT "/swagger-ui.css.gz");
CLAVIGER_EMBED(viewer_js, CLAVIGER_DOCS_OUTPUT "/swagger-ui-bundle.js.gz");

#define CLAVIGER_ASSET(name) std::string_view(claviger_asset_##name, claviger_asset_##name##_end)

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
