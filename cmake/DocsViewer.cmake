# claviger_embed_docs_viewer(TARGET)
#
# Puts the files of the docs viewer (web/docs) into TARGET, which compiles api/assets.cc. The npm
# package is fetched when its lock file is newer than what is there, so that later builds need no
# network; big files are compressed here, once.
find_program(NPM npm)

set(CLAVIGER_DOCS_SOURCE "${CMAKE_SOURCE_DIR}/web/docs")
set(CLAVIGER_DOCS_OUTPUT "${CMAKE_BINARY_DIR}/docs-viewer")

function(claviger_fetch_docs_viewer stamp)
  # Builds of several presets share node_modules, hence the lock.
  add_custom_command(
    OUTPUT "${stamp}"
    COMMAND flock "${CLAVIGER_DOCS_SOURCE}/package.json"
      "${CMAKE_COMMAND}" "-DNPM=${NPM}" "-DSOURCE=${CLAVIGER_DOCS_SOURCE}" "-DSTAMP=${stamp}"
      -P "${CMAKE_SOURCE_DIR}/cmake/FetchDocsViewer.cmake"
    DEPENDS "${CLAVIGER_DOCS_SOURCE}/package.json" "${CLAVIGER_DOCS_SOURCE}/package-lock.json"
    COMMENT "Fetching the docs viewer"
    VERBATIM)
endfunction()

function(claviger_embed_docs_viewer target)
  set(stamp "${CLAVIGER_DOCS_OUTPUT}/fetched")
  claviger_fetch_docs_viewer("${stamp}")

  set(modules "${CLAVIGER_DOCS_SOURCE}/node_modules/swagger-ui-dist")
  set(compressed)
  foreach(file swagger-ui-bundle.js swagger-ui.css)
    add_custom_command(
      OUTPUT "${CLAVIGER_DOCS_OUTPUT}/${file}.gz"
      COMMAND gzip -9nc "${modules}/${file}" > "${CLAVIGER_DOCS_OUTPUT}/${file}.gz"
      DEPENDS "${stamp}"
      COMMENT "Compressing ${file}")
    list(APPEND compressed "${CLAVIGER_DOCS_OUTPUT}/${file}.gz")
  endforeach()

  set_source_files_properties(api/assets.cc PROPERTIES
    OBJECT_DEPENDS "${compressed};${CLAVIGER_DOCS_SOURCE}/index.html;\
${CLAVIGER_DOCS_SOURCE}/page.css;${CLAVIGER_DOCS_SOURCE}/page.js"
    COMPILE_DEFINITIONS "CLAVIGER_DOCS_SOURCE=\"${CLAVIGER_DOCS_SOURCE}\";\
CLAVIGER_DOCS_OUTPUT=\"${CLAVIGER_DOCS_OUTPUT}\"")
  target_sources(${target} PRIVATE ${compressed})
endfunction()
