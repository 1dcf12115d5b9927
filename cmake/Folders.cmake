option(CLAVIGER_CHECK_HEADERS "Compile each header alone" OFF)

# Compiles the folder's headers alone: those without a .cc of their own, which would show it.
function(claviger_check_headers path name)
  file(GLOB headers CONFIGURE_DEPENDS RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}"
    "${CMAKE_CURRENT_SOURCE_DIR}/${path}/*.h")
  set(alone)
  foreach(header IN LISTS headers)
    string(REGEX REPLACE "\\.h$" ".cc" source "${header}")
    if(NOT EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${source}")
      file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/headers/${source}"
        CONTENT "#include \"${header}\"\n")
      list(APPEND alone "${CMAKE_BINARY_DIR}/headers/${source}")
    endif()
  endforeach()
  if(alone)
    add_library(claviger_${name}_headers OBJECT ${alone})
    target_link_libraries(claviger_${name}_headers PRIVATE claviger_${name} ${ARGN})
  endif()
endfunction()

# claviger_folder(PATH [USES name...] [LINKS target...])
#
# Makes the static library claviger_<path, / as _> of the folder's *.cc files, and, if the folder
# has *_test.cc files, one program <name>_test of them that ctest runs. USES names other folders:
# it repeats the table of levels in ARCHITECTURE.md, which tests/tidy checks against the includes.
# TEST_WITH names what runs the tests' program.
function(claviger_folder path)
  cmake_parse_arguments(ARG "" "" "USES;LINKS;TEST_USES;TEST_LINKS;TEST_WITH" ${ARGN})
  string(REPLACE "/" "_" name "${path}")
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${path}/*.cc")
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_(test|main)\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")

  set(uses)
  foreach(used IN LISTS ARG_USES)
    list(APPEND uses claviger_${used})
  endforeach()
  if(sources)
    add_library(claviger_${name} STATIC ${sources})
    target_link_libraries(claviger_${name} PUBLIC claviger_options ${uses} ${ARG_LINKS})
  else()
    add_library(claviger_${name} INTERFACE)
    target_link_libraries(claviger_${name} INTERFACE claviger_options ${uses} ${ARG_LINKS})
  endif()

  if(CLAVIGER_TESTS AND tests)
    set(test_links ${ARG_TEST_LINKS} GTest::gmock GTest::gtest GTest::gtest_main)
    foreach(used IN LISTS ARG_TEST_USES)
      list(APPEND test_links claviger_${used})
    endforeach()
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE claviger_${name} ${test_links})
    add_test(NAME unit.${name} COMMAND ${ARG_TEST_WITH} $<TARGET_FILE:${name}_test>)
  endif()
  if(CLAVIGER_CHECK_HEADERS)
    claviger_check_headers("${path}" "${name}" ${test_links})
  endif()
endfunction()
