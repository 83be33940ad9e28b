// SPDX-License-Identifier: Apache-2.0
// A file read at any place, from any thread, by pread into the caller's buffer. Not mapped into
// memory, on purpose: pages of a mapping count as memory of the process, which has a budget to
// keep; and a file that is cut short meanwhile, or whose disk fails, would end the process by a
// signal instead of an error that names the file. From the page cache both are equally fast.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace dfe::io {

/// Bytes of a file on disk, or of a block of memory that stands for one (a decompressed file, a
/// test's input).
class RandomFile {
 public:
  /// Opens for reading. Throws `Error` where the file is missing, a folder, not a regular file or
  /// not readable.
  explicit RandomFile(const std::filesystem::path& path);

  /// Memory that outlives this object; `name` is for error messages.
  RandomFile(std::span<const std::byte> bytes, std::string name);

  /// Memory owned by this object, from std::malloc.
  struct Free {
    void operator()(std::byte* data) const;
  };
  using Memory = std::unique_ptr<std::byte[], Free>;
  RandomFile(Memory memory, std::int64_t bytes, std::string name);

  RandomFile(RandomFile&& other) noexcept;
  RandomFile& operator=(RandomFile&&) = delete;
  ~RandomFile();

  const std::string& name() const { return name_; }
  std::int64_t size() const { return size_; }
  std::int64_t resident_bytes() const { return owned_ ? size_ : 0; }

  /// Copies `bytes` bytes from `offset`. Throws `Error` where the file ends before or cannot be
  /// read.
  void read(std::int64_t offset, void* out, std::size_t bytes) const;

  /// All bytes. The caller has checked that the size is sensible.
  std::string text() const;

 private:
  std::string name_;
  std::int64_t size_ = 0;
  int descriptor_ = -1;
  const std::byte* memory_ = nullptr;
  Memory owned_;
};

}  // namespace dfe::io
