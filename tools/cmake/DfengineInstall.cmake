# SPDX-License-Identifier: Apache-2.0
# The library dfengine::dfengine, made of every folder's objects, and what `cmake --install` puts
# where: the headers of include/dfengine, the archive, the executable, and a package that
# find_package(dfengine) finds.
include(CMakePackageConfigHelpers)

file(GLOB public_headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/dfengine/*.hpp)

add_library(dfengine_library STATIC)
add_library(dfengine::dfengine ALIAS dfengine_library)
set_target_properties(dfengine_library PROPERTIES OUTPUT_NAME dfengine EXPORT_NAME dfengine
  LINKER_LANGUAGE CXX)
target_compile_features(dfengine_library PUBLIC cxx_std_20)
target_sources(dfengine_library PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include
  FILES ${public_headers})
get_property(folders GLOBAL PROPERTY DFENGINE_FOLDERS)
foreach(folder ${folders})
  target_link_libraries(dfengine_library PRIVATE $<BUILD_INTERFACE:${folder}>)
endforeach()
# An archive names what it needs to the program that links it; dfengineConfig.cmake finds these.
foreach(dependency Threads::Threads dfengine::hdf5 dfengine::libzip dfengine::libxxhash
  dfengine::yaml-cpp dfengine::fftw3f dfengine::blosc
  dfengine::libzstd dfengine::libtiff-4 fmt::fmt pugixml::pugixml ZLIB::ZLIB BZip2::BZip2)
  target_link_libraries(dfengine_library PRIVATE $<INSTALL_INTERFACE:${dependency}>)
endforeach()

# gemmi is headers alone up to version 0.5, a library after that.
if(TARGET gemmi::gemmi_cpp)
  set(DFENGINE_NEEDS_GEMMI ON)
  target_link_libraries(dfengine_library PRIVATE $<INSTALL_INTERFACE:gemmi::gemmi_cpp>)
endif()

install(TARGETS dfengine_library EXPORT dfengineTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/dfengine)
install(EXPORT dfengineTargets NAMESPACE dfengine:: DESTINATION ${package})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/dfengineConfig.cmake.in
  ${PROJECT_BINARY_DIR}/dfengineConfig.cmake
                              INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/dfengineConfigVersion.cmake COMPATIBILITY
  SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/dfengineConfig.cmake
  ${PROJECT_BINARY_DIR}/dfengineConfigVersion.cmake DESTINATION ${package})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/README.md DESTINATION
  ${CMAKE_INSTALL_DOCDIR})
