// SPDX-License-Identifier: Apache-2.0
// One large block of zeroed memory for all rolling buffers: on 2 MB pages where the system gives them, because with 4 KB pages the
// address translation of a 900x900 plane costs more than its arithmetic.
#pragma once

#include <cstddef>

namespace dfe {

class Arena {
 public:
  Arena() = default;
  /// Throws std::bad_alloc where the system has no room. Pages are taken when first touched.
  explicit Arena(std::size_t bytes);
  ~Arena();
  Arena(Arena&& other) noexcept;
  Arena& operator=(Arena&& other) noexcept;

  std::byte* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }

 private:
  std::byte* data_ = nullptr;  // what users get: aligned to 2 MB
  void* mapping_ = nullptr;
  std::size_t bytes_ = 0, mapped_bytes_ = 0;
};

}  // namespace dfe
