# claviger_migrations(ENGINE) embeds store/migrations/NNNN_name.ENGINE.sql into
# claviger_store_ENGINE: they become what migrations() of store/ENGINE/migrations.h returns.
function(claviger_migrations engine)
  file(GLOB files CONFIGURE_DEPENDS
    "${CMAKE_CURRENT_SOURCE_DIR}/store/migrations/*.${engine}.sql")
  list(SORT files)
  set(entries "")
  set(version 0)
  foreach(file IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
    math(EXPR version "${version} + 1")
    get_filename_component(name "${file}" NAME)
    string(REGEX MATCH "^0*([1-9][0-9]*)_" number "${name}")
    if(NOT CMAKE_MATCH_1 EQUAL version)
      message(FATAL_ERROR "${file}: migrations are numbered from 0001 without gaps")
    endif()
    string(REGEX REPLACE "^[0-9]+_(.*)\\.${engine}\\.sql$" "\\1" name "${name}")
    file(READ "${file}" sql)
    string(APPEND entries "    {${version}, \"${name}\", R\"sql(${sql})sql\"},\n")
  endforeach()
  set(output "${CMAKE_CURRENT_BINARY_DIR}/store/${engine}/embedded_migrations.cc")
  file(CONFIGURE OUTPUT "${output}" @ONLY CONTENT [[
#include "store/@engine@/migrations.h"

namespace claviger::@engine@ {
namespace {

constexpr Migration all[] = {
@entries@};

}  // namespace

std::span<const Migration> migrations() {
  return all;
}

}  // namespace claviger::@engine@
]])
  target_sources(claviger_store_${engine} PRIVATE "${output}")
endfunction()
