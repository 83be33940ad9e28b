// SPDX-License-Identifier: Apache-2.0
// A tensor's planes in memory of their own, zeroed: for tests, benchmarks and the small executables
// of training. Streaming uses PlaneBuffers inside one arena instead.
#pragma once

#include "core/arena.hpp"
#include "kernels/backend.hpp"

namespace dfe {

/// Owns `capacity` planes (all of them by default) of a tensor in a backend's layout.
class Tensor {
 public:
  Tensor(Backend& backend, Extent3 extent, std::int64_t channels, std::int64_t capacity = 0)
      : backend_(&backend) {
    buffer_.capacity = capacity > 0 ? capacity : extent.z;
    buffer_.plane_bytes = backend.plane_bytes(channels, extent.y, extent.x);
    buffer_.extent = extent;
    buffer_.channels = channels;
    storage_ = backend.allocate(static_cast<std::size_t>(buffer_.capacity) * buffer_.plane_bytes +
                                backend.tail_bytes());
    buffer_.data = storage_.data();
  }

  const PlaneBuffer& buffer() const { return buffer_; }

  /// Writes all planes from (D, H, W, C) floats; the reverse.
  void store(const float* values) {
    const std::int64_t plane = buffer_.extent.y * buffer_.extent.x * buffer_.channels;
    for (std::int64_t z = 0; z < buffer_.extent.z; ++z)
      backend_->store_plane(buffer_, z, values + z * plane);
  }
  void load(float* values) const {
    const std::int64_t plane = buffer_.extent.y * buffer_.extent.x * buffer_.channels;
    for (std::int64_t z = 0; z < buffer_.extent.z; ++z)
      backend_->load_plane(buffer_, z, values + z * plane);
  }

 private:
  Backend* backend_;
  PlaneBuffer buffer_;
  Arena storage_;
};

}  // namespace dfe
