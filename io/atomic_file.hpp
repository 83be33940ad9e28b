// SPDX-License-Identifier: Apache-2.0
// Outputs appear whole or not at all: they are written under a temporary name beside the final one, synced, and renamed.
#pragma once

#include <filesystem>
#include <string_view>

namespace dfe::io {

/// Owns a temporary path in the directory of `final_path` until `commit`. The destructor removes what was not committed.
class AtomicFile {
 public:
  /// Throws `Error` where the directory does not exist or cannot be written.
  explicit AtomicFile(std::filesystem::path final_path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Where to write. The file exists and is empty.
  const std::filesystem::path& path() const { return temporary_; }

  /// Syncs the file to disk, renames it to its final name and syncs the directory. Throws `Error` (full disk and the like).
  void commit();

 private:
  std::filesystem::path final_, temporary_;
  bool committed_ = false;
};

/// Writes `text` to `path` atomically.
void write_text_file(const std::filesystem::path& path, std::string_view text);

}  // namespace dfe::io
