# claviger_embed_panel(TARGET)
#
# Puts the pages of the admin panel (web/admin) into TARGET, compressed. They are built once for all
# presets, and again when a source of theirs has changed; a build without a change needs no network.
set(CLAVIGER_PANEL_SOURCE "${CMAKE_SOURCE_DIR}/web/admin")
set(CLAVIGER_PANEL_OUTPUT "${CMAKE_BINARY_DIR}/panel")

function(claviger_embed_panel target)
  set(source "${CLAVIGER_PANEL_SOURCE}")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${source}/src/*")
  list(APPEND sources "${source}/index.html" "${source}/package.json" "${source}/package-lock.json"
    "${source}/tsconfig.json" "${source}/vite.config.ts")
  set(embedded "${CLAVIGER_PANEL_OUTPUT}/panel_files.cc")
  # Builds of several presets share dist, hence the lock.
  add_custom_command(
    OUTPUT "${embedded}"
    COMMAND flock "${source}/package.json"
      "${CMAKE_COMMAND}" "-DNPM=${NPM}" "-DSOURCE=${source}" "-DOUTPUT=${CLAVIGER_PANEL_OUTPUT}"
      "-DSOURCES=${sources}" -P "${CMAKE_SOURCE_DIR}/cmake/BuildPanel.cmake"
    DEPENDS ${sources} "${CMAKE_SOURCE_DIR}/cmake/BuildPanel.cmake"
    COMMENT "Building the admin panel's pages"
    VERBATIM)
  target_sources(${target} PRIVATE "${embedded}")
endfunction()
