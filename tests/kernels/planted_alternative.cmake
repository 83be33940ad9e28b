# SPDX-License-Identifier: Apache-2.0
# Whether a source that forgets an alternative of a variant is refused by the compiler: compiles
# SOURCE as it is, which must work, and with an alternative `Planted` in VARIANT of HEADER, which
# must fail with a message that names it. The changed header lies in FOLDER, which is looked at
# first.
#   cmake -DROOT=... -DHEADER=... -DVARIANT=... -DSOURCE=... -DFOLDER=...
#         -P planted_alternative.cmake -- COMPILER OPTIONS...
set(command)
set(in_command FALSE)
foreach(i RANGE ${CMAKE_ARGC})
  if(in_command)
    list(APPEND command "${CMAKE_ARGV${i}}")
  elseif("${CMAKE_ARGV${i}}" STREQUAL "--")
    set(in_command TRUE)
  endif()
endforeach()

file(READ ${ROOT}/${HEADER} text)
string(REGEX REPLACE "using ${VARIANT} =[ \n]*std::variant<"
  "struct Planted {};\nusing ${VARIANT} = std::variant<Planted, " planted "${text}")
if(planted STREQUAL text)
  message(FATAL_ERROR "${HEADER} declares no variant ${VARIANT}")
endif()

function(compile result output)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C ${command} -I${FOLDER} -I${ROOT} -I${ROOT}/include
      -fsyntax-only ${ROOT}/${SOURCE}
    RESULT_VARIABLE code ERROR_VARIABLE errors OUTPUT_VARIABLE ignored)
  set(${result} "${code}" PARENT_SCOPE)
  set(${output} "${errors}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${FOLDER})
compile(plain errors)
if(NOT plain EQUAL 0)
  message(FATAL_ERROR "${SOURCE} does not compile as it is:\n${errors}")
endif()
file(WRITE ${FOLDER}/${HEADER} "${planted}")
compile(with_planted errors)
if(with_planted EQUAL 0)
  message(FATAL_ERROR
    "${SOURCE} compiles though nothing in it takes the new alternative of ${VARIANT}")
endif()
set(refusals "no type named 'type'|no matching (member )?function|no match for call")
if(NOT errors MATCHES "${refusals}" OR NOT errors MATCHES "Planted")
  message(FATAL_ERROR "${SOURCE} fails, but for another reason:\n${errors}")
endif()
