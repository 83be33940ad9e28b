// SPDX-License-Identifier: Apache-2.0
// Outputs appear whole or not at all: they are written under a temporary name beside the final one,
// synced, and renamed. Symbolic links stay: what they point to is replaced.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace dfe::io {

/// Owns a temporary path in the directory of `final_path` until `commit`. The destructor removes
/// what was not committed.
class AtomicFile {
 public:
  /// Throws `Error` where the directory does not exist or cannot be written.
  explicit AtomicFile(std::filesystem::path final_path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Where to write. The file exists and is empty.
  const std::filesystem::path& path() const { return temporary_; }

  /// Appends bytes to the file, for writers that need no library of their own. Throws `Error` (full
  /// disk and the like).
  void write(const void* data, std::size_t bytes);

  /// Replaces bytes that were written before: a header whose numbers are known only at the end.
  void rewrite(std::int64_t offset, const void* data, std::size_t bytes);

  /// Bytes in the file now.
  std::int64_t size() const;

  /// Syncs the file to disk, renames it to its final name and syncs the directory. Throws `Error`
  /// (full disk and the like).
  void commit();

 private:
  void write_at(std::int64_t offset, const void* data, std::size_t bytes);

  std::filesystem::path final_, temporary_;
  int descriptor_ = -1;
  std::int64_t end_ = 0;  ///< where `write` continues
  bool committed_ = false;
};

/// The file that `path` stands for: where it is a symbolic link, what that points to, whether or
/// not it exists. Throws `Error` where links lead in a circle.
std::filesystem::path follow_links(std::filesystem::path path);

/// Writes `text` to `path` atomically.
void write_text_file(const std::filesystem::path& path, std::string_view text);

}  // namespace dfe::io
