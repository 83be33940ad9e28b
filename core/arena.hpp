// SPDX-License-Identifier: Apache-2.0
// One large block of zeroed memory for all rolling buffers: on 2 MB pages where the system gives
// them, because with 4 KB pages the address translation of a 900x900 plane costs more than its
// arithmetic. A backend with memory of its own hands it out as an Arena too.
#pragma once

#include <cstddef>

namespace dfe {

class Arena {
 public:
  Arena() = default;
  /// Throws std::bad_alloc where the system has no room. Pages are taken when first touched.
  explicit Arena(std::size_t bytes);
  /// Memory from elsewhere; `release(owner)` is called with the last of it.
  Arena(std::byte* data, std::size_t bytes, void (*release)(void* owner), void* owner)
      : data_(data), bytes_(bytes), release_(release), owner_(owner) {}
  ~Arena();
  Arena(Arena&& other) noexcept;
  Arena& operator=(Arena&& other) noexcept;

  std::byte* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }

 private:
  std::byte* data_ = nullptr;  // what users get: aligned to 2 MB
  void* mapping_ = nullptr;
  std::size_t bytes_ = 0, mapped_bytes_ = 0;
  void (*release_)(void*) = nullptr;
  void* owner_ = nullptr;
};

}  // namespace dfe
