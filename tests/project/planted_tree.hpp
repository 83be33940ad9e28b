// SPDX-License-Identifier: Apache-2.0
// A small source tree in a folder of its own, for checks that must find what is planted in it.
#pragma once

#include <fstream>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/temp_folder.hpp"

namespace dfe::test {

class PlantedTree {
 public:
  using Check = std::function<std::vector<std::string>(const std::filesystem::path&)>;

  explicit PlantedTree(Check check) : check_(std::move(check)) {}

  void write(const std::string& file, const std::string& text) {
    std::filesystem::create_directories((folder_ / file).parent_path());
    std::ofstream(folder_ / file) << text;
  }

  std::vector<std::string> violations() const { return check_(folder_.path()); }

  /// Plants one file, or another text in one that is there, expects one violation that says `said`,
  /// and takes it out again.
  void finds(const std::string& file, const std::string& text, const std::string& said) {
    const std::filesystem::path path = folder_ / file;
    std::string before;
    const bool was_there = std::filesystem::exists(path);
    if (was_there) {
      std::ifstream in(path);
      before.assign(std::istreambuf_iterator<char>(in), {});
    }
    write(file, text);
    const auto found = violations();
    INFO(file << ": " << text);
    REQUIRE(found.size() == 1);
    CHECK_THAT(found[0], DFE_CONTAINS(said));
    if (was_there)
      write(file, before);
    else
      std::filesystem::remove(path);
  }

 private:
  TempFolder folder_;
  Check check_;
};

/// Fails with every violation, each on a line of its own, which Catch would break at 80 columns.
inline void expect_none(const std::vector<std::string>& violations) {
  for (const std::string& violation : violations) std::cerr << violation << "\n";
  CHECK(violations.empty());
}

}  // namespace dfe::test
