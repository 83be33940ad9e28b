// SPDX-License-Identifier: Apache-2.0
// The interface between the network and the backends that compute it. A backend plans each op, or
// refuses it with a reason. A planned op computes any range of z planes of its output from the
// planes of its inputs that are in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/arena.hpp"
#include "dfengine/error.hpp"
#include "dfengine/weights.hpp"
#include "kernels/ops.hpp"
#include "kernels/voxel_input.hpp"

namespace dfe {

class VolumeSource;

/// Planes of one tensor that are in memory: plane z lies in slot z - `base` modulo `capacity`. With
/// capacity = extent.z it is a whole tensor. What lies inside a plane only the backend knows
/// (Backend::plane_bytes).
struct PlaneBuffer {
  std::byte* data = nullptr;
  std::int64_t capacity = 0;
  std::size_t plane_bytes = 0;
  Extent3 extent;  ///< D, H, W of the whole tensor: planes outside [0, D) read as zeros
  std::int64_t channels = 0;
  std::int64_t base =
      0;  ///< the plane in the first slot; moves only on backends with contiguous_planes()

  std::byte* plane(std::int64_t z) const {
    return data + static_cast<std::size_t>((z - base) % capacity) * plane_bytes;
  }
};

/// Where the head writes, in host memory: plane z of the request goes to index z - z_begin.
struct HeadOutput {
  std::uint8_t* labels = nullptr;  ///< (z, H, W)
  float* scores = nullptr;         ///< (z, classes, H, W), or null
};

/// Throws the `Error` of an op that has no parameters, or does not take others.
[[noreturn]] inline void refuse_weights(const std::string& op) {
  throw Error("weights", op, "the op takes no new weights", "plan it with the weights it needs");
}

/// An op ready to run on its backend. Running allocates nothing.
class PlannedOp {
 public:
  virtual ~PlannedOp() = default;

  // Required.

  /// Which kernel was chosen ("direct avx512 12x2").
  virtual std::string name() const = 0;

  /// Memory the op holds: packed weights and scratch.
  virtual std::size_t bytes() const = 0;

  /// Computes planes [z_begin, z_end) of y; both lie where blocks begin, or at the ends of the
  /// tensor. Every input plane that whole blocks need is in its buffer.
  virtual void run(const PlaneBuffer& y, std::span<const PlaneBuffer> x, std::int64_t z_begin,
                   std::int64_t z_end) = 0;

  // Optional.

  /// Outputs are computed in blocks of this many planes, rows and voxels, anchored at multiples of
  /// them; planes at multiples less the op's plane_phase. What a column of the plane gets exactly
  /// right are whole blocks. Left out: each output stands alone.
  virtual Extent3 grid() const { return {1, 1, 1}; }

  /// Memory the op shares with others to compute `y` planes at once, all of them H x W, of
  /// `channels` channels. Left out: none.
  virtual std::size_t workspace_bytes(const Extent3& /*y*/, std::int64_t /*channels*/) const {
    return 0;
  }

  /// Takes over weights of the op's shape for the runs to come, which then compute what a new plan
  /// with these weights would, bit for bit. Throws `Error` for weights of another shape; what it
  /// had stays. Left out: for ops without parameters, and on backends that never train; all weights
  /// are refused.
  virtual void set_weights(const LayerWeights& /*weights*/) { refuse_weights(name()); }

  /// Makes sure that a run with these arguments allocates nothing. May overwrite the buffers. Left
  /// out: nothing to do.
  virtual void prepare(const PlaneBuffer& /*y*/, std::span<const PlaneBuffer> /*x*/,
                       std::int64_t /*z_begin*/, std::int64_t /*z_end*/) {}
};

/// The last op; its results leave the backend.
class PlannedHead {
 public:
  virtual ~PlannedHead() = default;

  // Required; as for PlannedOp.
  virtual std::string name() const = 0;
  virtual std::size_t bytes() const = 0;
  virtual void run(const HeadOutput& y, const PlaneBuffer& x, std::int64_t z_begin,
                   std::int64_t z_end) = 0;

  // Optional.

  /// How many runs may wait to be finished. Left out, or 0: results are there when run returns, and
  /// finish is never called.
  virtual int in_flight() const { return 0; }

  /// Waits until the results of the oldest run that is not finished are where it was told to put
  /// them. Comes with in_flight.
  virtual void finish() {}

  /// As PlannedOp's.
  virtual void set_weights(const LayerWeights& /*weights*/) { refuse_weights(name()); }
  virtual void prepare(const PlaneBuffer& /*x*/, std::int64_t /*z_begin*/, std::int64_t /*z_end*/,
                       bool /*with_scores*/) {}
};

/// Plans ops and knows the layout of its tensors. One backend serves one caller at a time.
class Backend {
 public:
  virtual ~Backend() = default;

  // Required: with these a backend runs the network, whatever the volume.

  /// For people: "cpu (avx512, 2 threads)".
  virtual std::string description() const = 0;

  virtual int threads() const = 0;

  /// Bytes of one z plane of a tensor of `channels` channels.
  virtual std::size_t plane_bytes(std::int64_t channels, std::int64_t height,
                                  std::int64_t width) const = 0;

  /// Bytes that must be readable beyond the last plane of a buffer.
  virtual std::size_t tail_bytes() const = 0;

  /// The planners throw `Error` naming op, shape and reason where the backend has no kernel.
  /// `widest` is the largest W that will run.
  virtual std::unique_ptr<PlannedOp> plan(const Conv3dDesc& op, const LayerWeights& weights,
                                          std::int64_t widest) = 0;
  virtual std::unique_ptr<PlannedOp> plan(const MaxPoolDesc& op) = 0;
  virtual std::unique_ptr<PlannedOp> plan(const UpConvDesc& op, const LayerWeights& weights,
                                          std::int64_t widest) = 0;
  virtual std::unique_ptr<PlannedHead> plan(const HeadDesc& op, const LayerWeights& weights,
                                            std::int64_t widest) = 0;

  /// Writes plane z of a tensor from (H, W, C) floats; the reverse. For the network's input, tests
  /// and benchmarks.
  virtual void store_plane(const PlaneBuffer& x, std::int64_t z, const float* plane) = 0;
  virtual void load_plane(const PlaneBuffer& x, std::int64_t z, float* plane) const = 0;

  // Optional: each says what it means to leave it out. A backend that has one member of a group has
  // all of it.

  // Tensors that wait in 16 bits per value. Left out: there are none, and FirstSkip::Half is
  // refused.

  /// Bytes of one z plane of such a tensor.
  virtual std::size_t half_plane_bytes(std::int64_t /*channels*/, std::int64_t /*height*/,
                                       std::int64_t /*width*/) const {
    return 0;
  }
  virtual std::unique_ptr<PlannedOp> plan_cast(const CastDesc& /*op*/) {
    throw Error(ErrorKind::Usage, "device", description(), "cannot keep tensors in 16 bits",
                "only the CPU backend can: keep or recompute the first skip connection");
  }

  // Memory of the backend's own. Left out: planes lie in the program's memory.

  /// Zeroed memory for planes.
  virtual Arena allocate(std::size_t bytes) { return Arena(bytes); }

  /// Bytes that allocate can still give.
  virtual std::optional<std::int64_t> card_bytes() const { return std::nullopt; }

  // Buffers that slide instead of rolling, because planes that an op reads must lie one behind the
  // other. Left out: planes go to slot z modulo the buffer's capacity.

  virtual bool contiguous_planes() const { return false; }

  /// Moves planes [begin, end) of a sliding buffer to its first slots; the caller sets x.base =
  /// begin afterwards.
  virtual void move_planes(const PlaneBuffer& /*x*/, std::int64_t /*begin*/, std::int64_t /*end*/) {
    throw Error("backend", description(), "cannot move planes",
                "move_planes belongs to contiguous_planes");
  }

  /// Planes a step should compute at full resolution. Left out, or 0: as many as keep threads()
  /// busy.
  virtual std::int64_t preferred_slab_planes() const { return 0; }

  /// A tomogram whose voxels this backend converts and normalizes itself. `keep`: they stay on the
  /// device once they were read. Volume and backend must outlive the result. Left out, or null: the
  /// host does it and calls store_plane.
  virtual std::unique_ptr<VoxelInput> voxels(const VolumeSource& /*volume*/, bool /*keep*/) {
    return nullptr;
  }
};

}  // namespace dfe
