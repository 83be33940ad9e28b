# SPDX-License-Identifier: Apache-2.0
# Run by CTest with -DBUILD, -DSOURCE, -DGENERATOR, -DCOMPILER, -DWORK: installs into a fresh
# prefix, then configures, builds and runs a project that knows nothing but the prefix.
file(REMOVE_RECURSE ${WORK})
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "failed (${result}): ${ARGN}")
  endif()
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE} -B ${WORK}/build
  -DCMAKE_PREFIX_PATH=${WORK}/prefix -DCMAKE_CXX_COMPILER=${COMPILER})
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${WORK}/build/consumer)
run(${WORK}/build/pick_array ${SOURCE}/../../../models/nine_classes.h5 ${WORK}/picks.star)
run(${WORK}/prefix/bin/dfengine info ${WORK}/picks.star)
run(${WORK}/prefix/bin/dfengine --version)
file(REMOVE_RECURSE ${WORK})
