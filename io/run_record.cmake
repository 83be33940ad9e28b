# SPDX-License-Identifier: Apache-2.0
# What the records of runs and matches need beyond the rest of io: JSON, XXH128, and the version to
# note.
find_package(nlohmann_json REQUIRED GLOBAL)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET GLOBAL libxxhash)
target_link_libraries(dfe_io PUBLIC PkgConfig::XXHASH nlohmann_json::nlohmann_json)
set_source_files_properties(match_job.cpp run_record.cpp PROPERTIES COMPILE_DEFINITIONS
  DFENGINE_VERSION="${PROJECT_VERSION}")
