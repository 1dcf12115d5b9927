# Everything that decides how code is compiled stands here.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
add_compile_options(-fPIE)
add_link_options(-pie)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
endif()

set(CLAVIGER_SANITIZE "" CACHE STRING "Sanitizers: address,undefined or thread")

add_library(claviger_options INTERFACE)
target_include_directories(claviger_options INTERFACE "${CMAKE_SOURCE_DIR}/src")
target_compile_options(claviger_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wold-style-cast -Wcast-qual -Wnon-virtual-dtor
  -Woverloaded-virtual -Wimplicit-fallthrough -Wswitch -Wundef -Wformat=2 -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # Wrong in optimised builds about `"text" + std::string` (GCC bug 105651) and moved variants
  # (GCC bug 105562). clang's warnings and analyser look for the same mistakes.
  target_compile_options(claviger_options INTERFACE
    $<$<CONFIG:Release>:-Wno-restrict;-Wno-maybe-uninitialized>)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(claviger_options INTERFACE -Wthread-safety)
endif()
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  target_compile_options(claviger_options INTERFACE -march=x86-64-v2)
endif()

if(CLAVIGER_SANITIZE)
  target_compile_options(claviger_options INTERFACE
    -fsanitize=${CLAVIGER_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(claviger_options INTERFACE -fsanitize=${CLAVIGER_SANITIZE})
else()
  target_compile_options(claviger_options INTERFACE
    -fstack-protector-strong -fstack-clash-protection
    $<$<CONFIG:Release>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>)
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    target_compile_options(claviger_options INTERFACE -fcf-protection)
  endif()
  target_link_options(claviger_options INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
endif()
include(CheckPIESupported)
check_pie_supported()
