# SPDX-License-Identifier: Apache-2.0
# Whether the CUDA module is built: DFENGINE_CUDA_FOUND, with the targets CUDA::cudart_static and
# dfengine::cudnn. AUTO builds it where nvcc and cuDNN are found and says so where they are not; ON
# makes that an error.
set(DFENGINE_CUDA AUTO CACHE STRING "Build the CUDA module: AUTO, ON or OFF")
set_property(CACHE DFENGINE_CUDA PROPERTY STRINGS AUTO ON OFF)
set(DFENGINE_CUDA_FOUND OFF)

# dfe_find_cudnn(): dfengine::cudnn from CUDNN_ROOT, the toolkit, the system, conda or Python wheels
# (which have no libcudnn.so, only .so.9).
function(dfe_find_cudnn)
  set(roots ${CUDNN_ROOT} $ENV{CUDNN_ROOT} $ENV{CUDNN_PATH} $ENV{CONDA_PREFIX}
    ${CUDAToolkit_LIBRARY_ROOT})
  if(CUDAToolkit_TARGET_DIR)
    list(APPEND roots ${CUDAToolkit_TARGET_DIR})
  endif()
  set(wheels "")
  foreach(folder $ENV{VIRTUAL_ENV} $ENV{CONDA_PREFIX})
    file(GLOB found ${folder}/lib/python3*/site-packages/nvidia/cudnn)
    list(APPEND wheels ${found})
  endforeach()
  find_path(CUDNN_INCLUDE_DIR cudnn.h HINTS ${roots} ${CUDAToolkit_INCLUDE_DIRS} ${wheels}
    PATH_SUFFIXES include)
  find_library(CUDNN_LIBRARY NAMES cudnn libcudnn.so.9 HINTS ${roots} ${CUDAToolkit_LIBRARY_DIR}
    ${wheels}
               PATH_SUFFIXES lib lib64 lib/${CMAKE_LIBRARY_ARCHITECTURE} targets/x86_64-linux/lib)
  mark_as_advanced(CUDNN_INCLUDE_DIR CUDNN_LIBRARY)
  if(NOT CUDNN_INCLUDE_DIR OR NOT CUDNN_LIBRARY)
    return()
  endif()
  set(version_file ${CUDNN_INCLUDE_DIR}/cudnn_version.h)
  file(STRINGS ${version_file} lines REGEX "#define CUDNN_(MAJOR|MINOR|PATCHLEVEL) +[0-9]+")
  if(NOT lines)  # a thin header beside the real one
    file(STRINGS ${CUDNN_INCLUDE_DIR}/cudnn_version_v9.h lines REGEX
      "#define CUDNN_(MAJOR|MINOR|PATCHLEVEL) +[0-9]+")
  endif()
  string(REGEX REPLACE ".*MAJOR +([0-9]+).*MINOR +([0-9]+).*PATCHLEVEL +([0-9]+).*" "\\1.\\2.\\3"
    version "${lines}")
  set(CUDNN_VERSION ${version} PARENT_SCOPE)
  add_library(dfengine::cudnn UNKNOWN IMPORTED GLOBAL)
  set_target_properties(dfengine::cudnn PROPERTIES IMPORTED_LOCATION ${CUDNN_LIBRARY})
  target_include_directories(dfengine::cudnn INTERFACE ${CUDNN_INCLUDE_DIR})
endfunction()

# dfe_no_cuda(REASON): says why there will be no module, as an error where it was asked for.
macro(dfe_no_cuda reason)
  if(DFENGINE_CUDA STREQUAL AUTO)
    message(STATUS "CUDA module: not built, ${reason}")
  else()
    message(FATAL_ERROR "DFENGINE_CUDA is ${DFENGINE_CUDA}, but ${reason}")
  endif()
endmacro()

if(NOT DFENGINE_CUDA)
  message(STATUS "CUDA module: not built, DFENGINE_CUDA is ${DFENGINE_CUDA}")
else()
  include(CheckLanguage)
  check_language(CUDA)
  if(NOT CMAKE_CUDA_COMPILER)
    dfe_no_cuda("no CUDA compiler (nvcc) was found")
  else()
    if(NOT CMAKE_CUDA_ARCHITECTURES)  # never `native`: a build machine need not have a card
      set(CMAKE_CUDA_ARCHITECTURES 75-real 80-real 86-real 89-real 90-real 90-virtual)
      set(cuda_default_architectures ON)
    endif()
    enable_language(CUDA)
    find_package(CUDAToolkit 12.4 QUIET)
    if(cuda_default_architectures AND CMAKE_CUDA_COMPILER_VERSION VERSION_GREATER_EQUAL 12.8)
      set(CMAKE_CUDA_ARCHITECTURES 75-real 80-real 86-real 89-real 90-real 100-real 120-real
        120-virtual)
    endif()
    dfe_find_cudnn()
    if(NOT CUDAToolkit_FOUND)
      dfe_no_cuda("the CUDA toolkit is older than 12.4 or incomplete")
    elseif(NOT TARGET dfengine::cudnn)
      dfe_no_cuda("cuDNN 9 was not found (set CUDNN_ROOT)")
    elseif(CUDNN_VERSION VERSION_LESS 9)
      dfe_no_cuda("cuDNN ${CUDNN_VERSION} is older than 9")
    else()
      set(DFENGINE_CUDA_FOUND ON)
      message(STATUS "CUDA module: CUDA ${CUDAToolkit_VERSION}, cuDNN ${CUDNN_VERSION}, "
        "architectures ${CMAKE_CUDA_ARCHITECTURES}")
    endif()
  endif()
endif()
