// SPDX-License-Identifier: Apache-2.0
// A folder of files that appears whole or not at all: written under a temporary name beside the
// final one, synced, and renamed.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace dfe::io {

/// Owns a temporary folder until `commit`. The destructor removes what was not committed.
class AtomicFolder {
 public:
  /// Throws `Error` where the folder above does not exist or cannot be written.
  explicit AtomicFolder(std::filesystem::path final_path);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  /// Writes one file, and makes the folders above it within this one.
  void write(const std::filesystem::path& inner, std::span<const std::byte> bytes);

  /// Renames the folder to its final name. A folder of that name is replaced and removed: the
  /// caller has checked that it may be.
  void commit();

 private:
  std::filesystem::path final_, temporary_;
  bool committed_ = false;
};

}  // namespace dfe::io
