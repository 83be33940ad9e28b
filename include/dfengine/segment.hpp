// SPDX-License-Identifier: Apache-2.0
// From a tomogram to one class label per voxel.
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
  Exact,       ///< as if the whole tomogram went through the network at once
  DeepFinder,  ///< overlapping cubic tiles, averaged, as the released DeepFinder does; for
               ///< comparison
};

/// What becomes of the first skip connection while it waits, at full resolution, until all below it
/// is done: it is more than half of the memory that streaming takes.
enum class FirstSkip {
  Keep,
  Recompute,  ///< computed a second time when it is needed: the same bits for 15 % more work
  Half,  ///< kept in half precision (cpu): half of its memory, errors as of half precision in one
         ///< of two inputs of one layer
};

struct SegmentOptions {
  ComputeOptions compute;
  std::int64_t slab_planes =
      0;  ///< planes per step at full resolution; 0: chosen. Never changes the result
  std::optional<Extent3>
      tile;  ///< yx size of the columns the plane is cut into (z is ignored); unset: chosen
  std::optional<FirstSkip>
      first_skip;  ///< unset: Keep or Recompute, whichever is less work within the memory
  std::optional<Normalization> normalization;  ///< unset: as the weights say
  Tiling tiling = Tiling::Exact;
  std::int64_t deepfinder_patch = 160;  ///< P of the DeepFinder tiling, a multiple of 4 above 50
};

/// Receives the class probabilities of a box: (class, z, y, x) order, box.extent.voxels() values
/// per class.
using ScoreSink = std::function<void(const Box3& box, std::int64_t classes, const float* scores)>;

/// What a run will need, before it starts.
struct SegmentPlan {
  std::string device;            ///< "cpu (avx512, 2 threads)"
  Extent3 extent;                ///< of the tomogram
  std::int64_t slab_planes = 0;  ///< per step, at full resolution
  Extent3 tile;              ///< yx size of a column with its halo; the whole plane where it fits
  std::int64_t columns = 1;  ///< how many columns
  FirstSkip first_skip = FirstSkip::Keep;
  double work_factor =
      1;  ///< work per voxel of the tomogram, relative to whole planes with everything kept
  std::int64_t activation_bytes = 0;  ///< rolling buffers of all tensors
  std::int64_t workspace_bytes =
      0;  ///< weights as the kernels want them, scratch, staging of planes and scores
  std::int64_t label_bytes = 0;
  std::int64_t source_bytes = 0;  ///< what the tomogram's reader holds
  std::int64_t base_bytes = 0;    ///< the program itself
  std::int64_t card_bytes = 0;    ///< of a GPU's memory, where tensors and workspace are then
  bool voxels_on_card = false;    ///< the tomogram's voxels stay there, too, and are read once
  std::int64_t total_bytes() const {
    return activation_bytes + workspace_bytes + label_bytes + source_bytes + base_bytes;
  }
  std::string to_string() const;  ///< a few lines for the user
};

/// Throws a usage `Error`, with the reason, unless the device exists here and can be used.
void check_device(const std::string& device);

/// Plans without running. Throws a usage `Error` where the budget is too small, saying how much is
/// needed.
SegmentPlan plan_segment(const VolumeSource& tomogram, const Weights& weights,
                         const SegmentOptions& options, bool with_scores);

/// Segments tomograms one after another. On a GPU, where it counts, kernels are chosen, weights
/// packed and memory taken once for tomograms of the same extent.
class Segmenter {
 public:
  /// The weights must outlive the segmenter. The device is opened by `open_device`, or by the first
  /// tomogram.
  Segmenter(const Weights& weights, const SegmentOptions& options);
  ~Segmenter();
  Segmenter(Segmenter&&) noexcept;

  /// As the function `segment` does.
  LabelMap segment(const VolumeSource& tomogram, const ScoreSink& scores = {},
                   Observer* observer = nullptr, SegmentPlan* plan = nullptr);

  /// Opens the device, which is that of all tomograms.
  void open_device(Observer* observer = nullptr);

  /// Throws where `segment` would find, before it begins, that it cannot be done: too little memory
  /// for this extent, say.
  void plan(const VolumeSource& tomogram, bool with_scores);

  /// Whether tensors of the last tomogram were on a GPU, and the processor has little to do.
  bool on_card() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Labels every voxel. Deterministic: for one instruction set and kind of convolution the labels
/// and scores are the same bits for every slab height, tile size, memory budget and thread count.
/// Throws `Error` for voxels that are not finite and for constant volumes. `plan`, if given, gets
/// the plan that the run follows.
LabelMap segment(const VolumeSource& tomogram, const Weights& weights,
                 const SegmentOptions& options, const ScoreSink& scores = {},
                 Observer* observer = nullptr, SegmentPlan* plan = nullptr);

}  // namespace dfe
