# SPDX-License-Identifier: Apache-2.0
# Compiler settings for every target, and the two functions the folders use.
include(GNUInstallDirs)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

add_library(dfe_settings INTERFACE)
target_compile_features(dfe_settings INTERFACE cxx_std_20)
target_include_directories(dfe_settings INTERFACE
  $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}>
  $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>)
# -ffp-contract=off: a float expression means the same with and without FMA hardware; the kernels
# that want FMA say so themselves.
target_compile_options(dfe_settings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  -Wno-sign-conversion -ffp-contract=off)
if(DFENGINE_WARNINGS_AS_ERRORS)
  target_compile_options(dfe_settings INTERFACE -Werror)
endif()
if(DFENGINE_SANITIZE)
  target_compile_options(dfe_settings INTERFACE -fsanitize=${DFENGINE_SANITIZE}
    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(dfe_settings INTERFACE -fsanitize=${DFENGINE_SANITIZE})
  # GCC loses track of initialisation in instrumented code and warns about <regex> and
  # std::function.
  target_compile_options(dfe_settings INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
endif()

# dfe_add_folder(NAME SOURCES a.cpp b.cpp [LINKS lib...]): the object library dfe_NAME.
function(dfe_add_folder name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(dfe_${name} OBJECT ${ARG_SOURCES})
  set_target_properties(dfe_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_link_libraries(dfe_${name} PUBLIC dfe_settings ${ARG_LINKS})
  set_property(GLOBAL APPEND PROPERTY DFENGINE_FOLDERS dfe_${name})  # what the library is made of
endfunction()

# dfe_add_test(NAME SOURCES a.cpp [FOLDERS core io ...] [LINKS lib...] [DATA] [SLOW] [LOOPS]): the
# Catch2 program test_NAME over the named folders' objects. DATA: it needs the real test data and is
# skipped, saying so, where that is absent. SLOW: `scripts/test fast` leaves it out. LOOPS: its own
# loops take time (a reference in double, regular expressions), so it is optimised like the library.
# The others are not, which halves the time to compile them.
function(dfe_add_test name)
  cmake_parse_arguments(ARG "DATA;SLOW;LOOPS" "" "SOURCES;FOLDERS;LINKS" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  if(NOT ARG_LOOPS AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    target_compile_options(test_${name} PRIVATE -O0)
  endif()
  list(TRANSFORM ARG_FOLDERS PREPEND dfe_)
  if(ARG_DATA)
    set(main dfe_data_main)
  else()
    set(main dfe_catch_main)
  endif()
  target_link_libraries(test_${name} PRIVATE ${main} ${ARG_FOLDERS} ${ARG_LINKS})
  # ThreadSanitizer looks for races. Cases tagged [values] compare results, which take minutes under
  # it; what threads do is seen by those that compare thread counts.
  set(cases "")
  if(DFENGINE_SANITIZE STREQUAL "thread")
    set(cases "~[values]")
  endif()
  add_test(NAME ${name} COMMAND test_${name} ${cases})
  # The limit stops what hangs; it is no measure, and machines may be slow and busy.
  set_tests_properties(${name} PROPERTIES TIMEOUT 3600 SKIP_RETURN_CODE 77)
  if(ARG_SLOW)
    set_tests_properties(${name} PROPERTIES LABELS slow)
  endif()
endfunction()
