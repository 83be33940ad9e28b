# SPDX-License-Identifier: Apache-2.0
# cmake -P products_overlap.cmake -- COMMAND...: compiles with ptxas' messages and fails where it
# says that `wgmma` products wait for each other (C7510 to C7529), or that something was put between
# them.
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE 4 ${last})
  list(APPEND words "${CMAKE_ARGV${i}}")
endforeach()
execute_process(COMMAND ${words} RESULT_VARIABLE result ERROR_VARIABLE messages OUTPUT_VARIABLE
  messages)
if(result)
  message(FATAL_ERROR "the compiler gave ${result}: ${messages}")
endif()
if(NOT messages MATCHES "registers")
  message(FATAL_ERROR "no messages of ptxas: ${messages}")
endif()
string(REGEX MATCHALL "\\(C75[12][0-9]\\)[^\n]*" waits "${messages}")
if(waits)
  message(FATAL_ERROR "${waits}")
endif()
