// SPDX-License-Identifier: Apache-2.0
// Where the real test data lies: beside the checkout, or where the environment says. Its licences keep it out of the repository.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace dfe::test {

inline std::filesystem::path data_dir() {
  if (const char* const chosen = std::getenv("DFENGINE_TEST_DATA")) return chosen;
  return std::filesystem::path(DFE_SOURCE_DIR) / ".." / "shared" / "data";
}

}  // namespace dfe::test
