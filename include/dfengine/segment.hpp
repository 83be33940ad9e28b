// SPDX-License-Identifier: Apache-2.0
// Segmentation: from a tomogram to one class label per voxel.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "compute.hpp"
#include "label_map.hpp"
#include "observer.hpp"
#include "volume_source.hpp"
#include "weights.hpp"

namespace dfe {

enum class Tiling {
  Exact,       ///< the result of one pass of the network over the whole tomogram
  DeepFinder,  ///< overlapping cubic tiles, averaged, as the released DeepFinder does; for
               ///< comparison only
};

/// How the first skip connection is stored until the layers at lower resolution are done. It has
/// full resolution and takes about half of the memory of streaming.
enum class FirstSkip {
  Keep,       ///< in single precision
  Recompute,  ///< not stored, but computed again: less memory, 15 % more work, the same bits
  Half,       ///< in half precision (CPU only): half of its memory; scores change by up to 6e-4
};

struct SegmentOptions {
  ComputeOptions compute;
  std::int64_t slab_planes =
      0;  ///< planes per step at full resolution; 0: chosen. Never changes the result
  std::optional<Extent3> tile;  ///< y and x size, in voxels, of the columns that planes are cut
                                ///< into (z is ignored); unset: chosen
  std::optional<FirstSkip>
      first_skip;  ///< unset: Keep or Recompute, whichever is less work within the memory limit
  std::optional<Normalization> normalization;  ///< unset: that of the weights
  Tiling tiling = Tiling::Exact;
  std::int64_t deepfinder_patch =
      160;  ///< edge of the tiles of Tiling::DeepFinder in voxels: a multiple of 4, 56 to 1024
};

/// Receives the class probabilities of a box in (class, z, y, x) order: `classes` times
/// box.extent.voxels() values from 0 to 1. The array is valid only during the call.
using ScoreSink = std::function<void(const Box3& box, std::int64_t classes, const float* scores)>;

/// What a run will need, known before it starts. Memory in bytes.
struct SegmentPlan {
  std::string device;            ///< "cpu (avx512, 2 threads)"
  Extent3 extent;                ///< of the tomogram
  std::int64_t slab_planes = 0;  ///< per step, at full resolution
  Extent3 tile;              ///< y and x size of a column with its halo; the whole plane if it fits
  std::int64_t columns = 1;  ///< number of columns
  FirstSkip first_skip = FirstSkip::Keep;
  double work_factor = 1;  ///< work relative to whole planes with the first skip connection kept
  std::int64_t activation_bytes = 0;  ///< rolling buffers of all tensors
  std::int64_t workspace_bytes =
      0;                          ///< packed weights, scratch memory, staging of planes and scores
  std::int64_t label_bytes = 0;   ///< the label map
  std::int64_t source_bytes = 0;  ///< VolumeSource::resident_bytes() of the tomogram
  std::int64_t base_bytes = 0;    ///< the program itself
  std::int64_t card_bytes = 0;    ///< GPU memory, which then holds tensors and workspace; 0 on CPUs
  bool voxels_on_card = false;    ///< the tomogram's voxels stay in GPU memory and are read once
  std::int64_t total_bytes() const {
    return activation_bytes + workspace_bytes + label_bytes + source_bytes + base_bytes;
  }
  std::string to_string() const;  ///< one line for the user
};

/// Throws a usage `Error` with the reason if the device does not exist here or cannot be used.
void check_device(const std::string& device);

/// Plans a run. Throws a usage `Error` if the memory limit is too small; the text says how much is
/// needed.
SegmentPlan plan_segment(const VolumeSource& tomogram, const Weights& weights,
                         const SegmentOptions& options, bool with_scores);

/// Segments several tomograms in turn. On a GPU it chooses kernels, packs weights and allocates
/// memory only once for tomograms of the same extent.
class Segmenter {
 public:
  /// The weights must outlive the segmenter. The device is opened by `open_device` or with the
  /// first tomogram.
  Segmenter(const Weights& weights, const SegmentOptions& options);
  ~Segmenter();
  Segmenter(Segmenter&&) noexcept;

  /// The same as the function `segment`.
  LabelMap segment(const VolumeSource& tomogram, const ScoreSink& scores = {},
                   Observer* observer = nullptr, SegmentPlan* plan = nullptr);

  /// Opens the device for all tomograms. Throws a usage `Error` if it cannot be used.
  void open_device(Observer* observer = nullptr);

  /// Throws the `Error` that `segment` would throw before it starts to compute, for example if
  /// there is too little memory for this extent.
  void plan(const VolumeSource& tomogram, bool with_scores);

  /// Whether the device is a GPU, so that the CPU is mostly idle.
  bool on_card() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Labels every voxel of a tomogram. The result has the tomogram's geometry and the weights' class
/// names. `scores`, if given, receives the class probabilities box by box; `plan`, if given,
/// receives the plan of the run. For a given instruction set and kind of convolution, labels and
/// scores are identical bit for bit for every slab height, column size, memory limit and number of
/// threads. Throws `Error` for voxels that are not finite, for constant volumes, for volumes
/// without voxels and if the observer cancels; a usage `Error` for devices that cannot be used and
/// for too small a memory limit. Source: Moebel et al. (2021), "Deep learning improves
/// macromolecule identification in 3D cellular cryo-electron tomograms", figure 4.
LabelMap segment(const VolumeSource& tomogram, const Weights& weights,
                 const SegmentOptions& options, const ScoreSink& scores = {},
                 Observer* observer = nullptr, SegmentPlan* plan = nullptr);

}  // namespace dfe
