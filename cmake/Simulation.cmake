# The simulation of the fence (docs/decisions/0088), and the mistakes that it has to find: those in
# simulation/mutant.h are planted in what surrounds the nodes' code, and each patch in
# simulation/mutants is a mistake in that code.

# claviger_simulation(): the program `simulate`. It is of use only if it is fast.
function(claviger_simulation)
  if(NOT CLAVIGER_SANITIZE)
    target_compile_options(claviger_fence PRIVATE -O2)
    target_compile_options(claviger_simulation PRIVATE -O2)
  endif()
  add_library(simulate_main OBJECT simulation/simulate_main.cc)
  target_link_libraries(simulate_main PRIVATE claviger_simulation CLI11::CLI11)
  add_executable(simulate $<TARGET_OBJECTS:simulate_main>)
  target_link_libraries(simulate PRIVATE claviger_simulation)
endfunction()

# claviger_find(NAME COMMAND...): a test that the command finds the mistake.
function(claviger_find name)
  add_test(NAME mutant.${name} COMMAND ${ARGN} --find --seeds 200000 --seconds 600)
endfunction()

# claviger_planted(NAME...): a test of `simulate` with each of these mistakes planted.
function(claviger_planted)
  foreach(name IN LISTS ARGN)
    claviger_find(${name} simulate --mutant ${name})
  endforeach()
endfunction()

# claviger_patched(FILE NAME...): the same, of a program that has a copy of FILE with the mistake
# of simulation/mutants/NAME.patch.
function(claviger_patched file)
  foreach(name IN LISTS ARGN)
    set(patch "${CMAKE_CURRENT_SOURCE_DIR}/simulation/mutants/${name}.patch")
    set(mutated "${CMAKE_CURRENT_BINARY_DIR}/mutants/${name}/${file}")
    cmake_path(GET mutated PARENT_PATH folder)
    add_custom_command(OUTPUT "${mutated}"
      COMMAND "${CMAKE_COMMAND}" -E make_directory "${folder}"
      COMMAND patch --quiet --fuzz=0 --output "${mutated}" "${CMAKE_CURRENT_SOURCE_DIR}/${file}"
        "${patch}"
      DEPENDS "${file}" "${patch}" VERBATIM)
    add_executable(mutant_${name} $<TARGET_OBJECTS:simulate_main> "${mutated}")
    target_compile_options(mutant_${name} PRIVATE -O2)
    target_link_libraries(mutant_${name} PRIVATE claviger_simulation)
    claviger_find(${name} mutant_${name})
  endforeach()
endfunction()
