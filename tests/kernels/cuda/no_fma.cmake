# SPDX-License-Identifier: Apache-2.0
# cmake -P no_fma.cmake -- OUTPUT COMMAND...: runs a compilation to PTX and fails where OUTPUT
# multiplies and adds doubles at once.
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE 4 ${last})
  list(APPEND words "${CMAKE_ARGV${i}}")
endforeach()
list(POP_FRONT words output)
execute_process(COMMAND ${words} RESULT_VARIABLE result)
if(result)
  message(FATAL_ERROR "the compiler gave ${result}")
endif()
file(STRINGS ${output} products REGEX "mul[.a-z]*f64")
file(STRINGS ${output} fused REGEX "fma[.a-z]*f64")
if(fused OR NOT products)
  message(FATAL_ERROR "${output}: no products of doubles, or fused ones: ${fused}")
endif()
