# Run by Panel.cmake, under a lock: builds web/admin/dist unless it is of these sources already,
# compresses its files into OUTPUT, and writes the C++ source that embeds them.
function(run)
  execute_process(COMMAND ${ARGV} WORKING_DIRECTORY "${SOURCE}" RESULT_VARIABLE failed
    OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(failed)
    message(FATAL_ERROR "${ARGV} failed in ${SOURCE}:\n${said}")
  endif()
endfunction()

set(digests)
foreach(file IN LISTS SOURCES)
  file(SHA256 "${file}" digest)
  string(APPEND digests "${file} ${digest}\n")
endforeach()
set(built "")
if(EXISTS "${SOURCE}/dist/.sources")
  file(READ "${SOURCE}/dist/.sources" built)
endif()

if(NOT built STREQUAL digests)
  if(NOT NPM)
    message(FATAL_ERROR "npm is needed to build the admin panel: apt-get install npm")
  endif()
  set(fetched "${SOURCE}/node_modules/.package-lock.json")
  if(NOT EXISTS "${fetched}" OR "${SOURCE}/package-lock.json" IS_NEWER_THAN "${fetched}")
    run("${NPM}" ci --no-progress --loglevel=error)
    file(TOUCH "${fetched}")
  endif()
  run("${NPM}" run --silent build)
  file(WRITE "${SOURCE}/dist/.sources" "${digests}")
endif()

set(types "js=text/javascript" "css=text/css" "svg=image/svg+xml")
file(REMOVE_RECURSE "${OUTPUT}")
file(MAKE_DIRECTORY "${OUTPUT}")
file(GLOB files RELATIVE "${SOURCE}/dist/assets" "${SOURCE}/dist/assets/*")
set(embeds "CLAVIGER_EMBED(panel_page, \"${SOURCE}/dist/index.html\");\n")
set(rows "")
set(number 0)
foreach(file IN LISTS files)
  string(REGEX REPLACE ".*\\." "" extension "${file}")
  set(type "${types}")
  list(FILTER type INCLUDE REGEX "^${extension}=")
  if(NOT type)
    message(FATAL_ERROR "cmake/BuildPanel.cmake knows no media type for ${file}")
  endif()
  string(REGEX REPLACE "^.*=" "" type "${type}")
  execute_process(COMMAND gzip -9nc "${SOURCE}/dist/assets/${file}"
    OUTPUT_FILE "${OUTPUT}/${file}.gz"
    COMMAND_ERROR_IS_FATAL ANY)
  math(EXPR number "${number} + 1")
  string(APPEND embeds "CLAVIGER_EMBED(panel_${number}, \"${OUTPUT}/${file}.gz\");\n")
  string(APPEND rows "      {\"/admin/assets/${file}\", \"${type}; charset=utf-8\", \"gzip\",\n"
    "       CLAVIGER_ASSET(panel_${number})},\n")
endforeach()
file(WRITE "${OUTPUT}/panel_files.cc" "// Written by cmake/BuildPanel.cmake.
#include \"api/assets.h\"
#include \"api/embed.h\"

${embeds}
namespace claviger::api {

std::string_view panel_page() {
  return CLAVIGER_ASSET(panel_page);
}

std::span<const Asset> panel_assets() {
  static const Asset all[] = {
${rows}  };
  return all;
}

}  // namespace claviger::api
")
