// SPDX-License-Identifier: Apache-2.0
// Patches to train on: where they lie, what is done to them. Sample (step, index) is a function of
// the seed and those two numbers alone, so any thread can make any sample, in any order, and a run
// resumes anywhere.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/parallel.hpp"
#include "dfengine/observer.hpp"
#include "dfengine/particle.hpp"
#include "dfengine/volume_source.hpp"
#include "dfengine/weights.hpp"
#include "engine/normalize.hpp"
#include "engine/sampling/draws.hpp"
#include "engine/sampling/turns.hpp"

namespace dfe::sampling {

/// What may be done to a patch. Chances are probabilities, 0 switches off. What each does to the
/// missing wedge: docs/augmentation.md.
struct Augmentation {
  double turn_y = 0.5;            ///< chance of 180° about the tilt axis; the paper's only one
  double turn_z = 0, turn_x = 0;  ///< chance of 180° about the beam and about x
  double mirror_z = 0, mirror_y = 0, mirror_x = 0;  ///< chance of a mirror image along an axis
  double quarter_turn =
      0;  ///< chance of 90° about z, half of them either way; needs patches with y = x
  double rotation = 0;  ///< chance of a rotation by small angles
  double in_plane_deg = 35,
         out_of_plane_deg = 12;      ///< largest angle of it about z, and about y and x
  double blur = 0, blur_voxels = 1;  ///< chance of a Gaussian blur, and its largest sigma
  double intensity = 0, scale = 0.2,
         shift = 0.2;  ///< chance of v·(1 + a) + b, and the largest a and b (standard deviations)
  double noise = 0,
         noise_deviation = 0.5;  ///< chance of Gaussian noise, and its largest standard deviation
  double mixup = 0,
         mixup_alpha =
             0.2;  ///< chance of mixing in another sample; shares follow Beta(alpha, alpha)

  static Augmentation none() {
    Augmentation a;
    a.turn_y = 0;
    return a;
  }
};

struct SamplerOptions {
  Extent3 patch{56, 56, 56};             ///< each a multiple of 4
  int classes = 0;                       ///< background included, 2 to 255
  std::vector<std::string> class_names;  ///< for warnings, index = label; empty: labels are said
  std::int64_t shift =
      13;  ///< largest random shift of an object from the middle, voxels; cut to half of the patch
  bool balanced =
      true;  ///< every class that has objects is drawn equally often; otherwise every object
  double background = 0.1;  ///< share of patches that are put where there are no objects
  Normalization normalization = Normalization::Tomogram;
  Augmentation augmentation;
  std::uint64_t seed = 0;
};

/// One annotated tomogram. Voxels and labels are read patch by patch.
struct TrainingVolume {
  std::shared_ptr<const VolumeSource> tomogram;
  std::shared_ptr<const VolumeSource> target;  ///< labels, of the same extent
  std::vector<Particle>
      objects;  ///< middles of patches; empty: voxels of the target are taken instead
};

/// What there is of a class.
struct ClassSupply {
  std::int64_t objects = 0;    ///< inside their tomograms; labelled voxels where there are no lists
  std::int64_t voxels = 0;     ///< in all targets
  std::int64_t tomograms = 0;  ///< that have objects of it
};

/// Where a sample comes from.
struct Place {
  std::size_t volume = 0;
  int class_label = 0;  ///< 0: background patch
  Index3 begin;  ///< of the patch before any augmentation; below 0 where the tomogram is thinner
                 ///< than the patch
};

class Sampler {
 public:
  /// Reads every tomogram and target once, plane by plane: statistics, labels, and middles of
  /// patches where there is no list. Throws `Error` for options that make no sense, volumes that do
  /// not fit together, labels that are no class, voxels that are not finite, constant tomograms,
  /// and where there is nothing to draw.
  Sampler(std::vector<TrainingVolume> volumes, const SamplerOptions& options,
          Observer* observer = nullptr);

  /// Voxels and labels of sample (step, index), `options.patch` each, (z, y, x). Outside the
  /// tomogram voxels are 0 (the mean, once normalized) and labels background. Any thread may call
  /// it. `index` is below 2^31. Throws `Error` where a file cannot be read.
  void draw(std::uint32_t step, std::uint64_t index, float* voxels, std::uint8_t* labels) const;

  /// `count` samples from `first` on, one after another in the two arrays.
  void draw_batch(ThreadPool& pool, std::uint32_t step, std::uint64_t first, std::int64_t count,
                  float* voxels, std::uint8_t* labels) const;

  /// Where sample (step, index) comes from.
  Place place(std::uint32_t step, std::uint64_t index) const;

  /// By class label; entry 0 is the background, of which only voxels are counted.
  const std::vector<ClassSupply>& supply() const { return supply_; }

  /// One sentence each: classes without objects, without voxels, objects outside.
  const std::vector<std::string>& warnings() const { return warnings_; }

  const SamplerOptions& options() const { return options_; }

 private:
  struct Middle {
    std::size_t volume;
    Point3 position;
  };

  void check_options() const;
  /// Statistics, labels and middles of one tomogram.
  void read_volume(std::size_t volume, Observer* observer);
  /// Counts the target's voxels by class, and keeps some as middles where there is no list;
  /// `before`: middles of each class that other tomograms have.
  std::vector<std::int64_t> read_target(std::size_t volume, const std::vector<std::int64_t>& before,
                                        Observer* observer);
  /// A reservoir: of the voxels of a class, numbered by `rank`, every one is kept with the same
  /// probability.
  void keep_voxel(std::size_t class_label, std::int64_t rank, std::int64_t before,
                  const Middle& middle);
  void take_objects(std::size_t volume);
  void warn();
  Index3 begin_around(std::size_t volume, const Point3& middle, Draws& draws) const;
  std::int64_t foreground(std::size_t volume, const Index3& begin) const;
  void read_voxels(std::size_t volume, const Box3& box, float* out) const;
  void read_labels(std::size_t volume, const Box3& box, std::uint8_t* out) const;
  void cut(std::uint32_t step, std::uint64_t index, const Place& place, float* voxels,
           std::uint8_t* labels) const;
  void turn(std::uint32_t step, std::uint64_t index, float* voxels, std::uint8_t* labels) const;
  void change_values(std::uint32_t step, std::uint64_t index, float* voxels) const;
  void make(std::uint32_t step, std::uint64_t index, float* voxels, std::uint8_t* labels) const;

  std::vector<TrainingVolume> volumes_;
  SamplerOptions options_;
  std::vector<Normalizer> normalizers_;
  std::vector<std::vector<Middle>> middles_;  // by class
  std::vector<int> drawn_classes_;            // those with middles
  std::int64_t all_middles_ = 0;
  std::vector<std::int64_t> outside_;  // objects outside their tomogram, by class
  std::vector<ClassSupply> supply_;
  std::vector<std::string> warnings_;
};

}  // namespace dfe::sampling
