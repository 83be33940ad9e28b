# SPDX-License-Identifier: Apache-2.0
# cmake -DSOURCE=TREE -DCOMPILER=C++ -DWORK=FOLDER -P: the register of random-number purposes
# compiles, and with a value given twice it does not, for that reason.

# Compiles the text of the register; the compiler's answer goes to `code` and `said`.
function(compile text)
  file(WRITE ${WORK}/register.cpp "${text}")
  execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only ${WORK}/register.cpp
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  set(code ${result} PARENT_SCOPE)
  set(said "${output}" PARENT_SCOPE)
endfunction()

file(READ ${SOURCE}/core/random_purpose.hpp register)
string(REPLACE "#pragma once" "" register "${register}")
compile("${register}")
if(NOT code EQUAL 0)
  message(FATAL_ERROR "the register does not compile:\n${said}")
endif()

string(REPLACE "(ScenePlace, 102)" "(ScenePlace, 202)" planted "${register}")
if(planted STREQUAL register)
  message(FATAL_ERROR "no duplicate was planted: ScenePlace, 102 is not in the register")
endif()
compile("${planted}")
if(code EQUAL 0)
  message(FATAL_ERROR "a value that two purposes share compiles")
elseif(NOT said MATCHES "two purposes of random numbers have the same value")
  message(FATAL_ERROR "the duplicate fails for another reason:\n${said}")
endif()
