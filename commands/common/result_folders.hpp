// SPDX-License-Identifier: Apache-2.0
// Folders that results go into, made by the commands themselves.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace dfe {

/// Makes a folder and those above it. Throws `Error` where it cannot.
void make_folder(std::string_view area, const std::filesystem::path& folder);

/// The folders of a run. Those that it made are gone again in the end if nothing was put into them,
/// as after a refusal. It must outlive the jobs that write there, which take their files away.
class ResultFolders {
 public:
  /// `area` begins the texts of errors.
  explicit ResultFolders(std::string area) : area_(std::move(area)) {}
  ~ResultFolders();
  ResultFolders(const ResultFolders&) = delete;
  ResultFolders& operator=(const ResultFolders&) = delete;

  /// Makes a folder, with those above it, where it is missing. Throws `Error` where it cannot.
  void make(const std::filesystem::path& folder);

  /// Makes the folders of these files; empty paths have none.
  void make_for(const std::vector<std::filesystem::path>& files);

 private:
  std::string area_;
  std::vector<std::filesystem::path> made_;  ///< outermost first
};

}  // namespace dfe
