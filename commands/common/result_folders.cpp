// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "commands/common/result_folders.hpp"

#include <system_error>

#include "commands/common/outputs.hpp"
#include "dfengine/error.hpp"

namespace dfe {

namespace fs = std::filesystem;

void make_folder(std::string_view area, const fs::path& folder) {
  check_place(area, folder);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw Error(area, folder.string(), "the folder cannot be created: " + error.message(),
                "check the permissions");
}

ResultFolders::~ResultFolders() {
  std::error_code not_empty;
  for (auto folder = made_.rbegin(); folder != made_.rend(); ++folder)
    fs::remove(*folder, not_empty);
}

void ResultFolders::make(const fs::path& asked) {
  const fs::path folder = asked.has_filename() ? asked : asked.parent_path();
  std::vector<fs::path> missing;  // innermost first
  std::error_code error;
  for (fs::path at = folder; !at.empty() && !fs::exists(at, error); at = at.parent_path())
    missing.push_back(at);
  made_.insert(made_.end(), missing.rbegin(), missing.rend());
  if (!folder.empty()) make_folder(area_, folder);
}

void ResultFolders::make_for(const std::vector<fs::path>& files) {
  for (const fs::path& file : files) make(file.parent_path());
}

}  // namespace dfe
