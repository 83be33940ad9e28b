// SPDX-License-Identifier: Apache-2.0
// A file that is written from begin to end and appears complete or not at all, compressed where its
// name ends in .gz or .bz2. Equal contents are equal bytes: gzip's time stamp is left out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "io/atomic_file.hpp"

namespace dfe::io {

class Encoder;  // in output_file.cpp

class OutputFile {
 public:
  /// Throws `Error` where the folder does not exist or cannot be written.
  explicit OutputFile(const std::filesystem::path& path);
  ~OutputFile();

  /// Appends bytes. Throws `Error` (full disk and the like).
  void write(const void* data, std::size_t bytes);

  /// Bytes that were appended, before compression.
  std::int64_t size() const { return size_; }

  /// Ends the compressed stream, syncs and renames the file.
  void commit();

 private:
  AtomicFile file_;
  std::unique_ptr<Encoder> encoder_;
  std::int64_t size_ = 0;
};

}  // namespace dfe::io
