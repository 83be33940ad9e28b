// SPDX-License-Identifier: Apache-2.0
// What users say about a target, turned into shapes and voxels: radii as text, masks as files,
// labels to merge.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "dfengine/label_map.hpp"
#include "dfengine/target.hpp"

namespace dfe::targets {

/// Adds a sphere for each entry of "6,6,3" (classes 1, 2, 3) or "2=110A,ribosome=8" (by label or
/// name); lengths in voxels, or in Å with the suffix A; 0 leaves the class out. Throws a usage
/// `Error` that names `option` for anything else.
void add_spheres(std::map<int, TargetShape>& shapes, std::string_view text,
                 const VoxelSize& voxel_size, const std::vector<std::string>& class_names,
                 std::string_view option);

/// Adds the mask of each of `labels` that has no shape yet, from the volume in `folder` that is
/// named after the class: its name, its label, or "class" and the label. By the exact rules values
/// are brought to 0 .. 1 by the mask's own least and greatest; DeepFinder's take them as they are.
/// Returns the files read; `warnings` gets what looks wrong. Throws `Error` for a class without a
/// mask or with two, and for masks that are constant, not finite, or larger than 512 voxels along
/// an axis, or have other voxels than `voxel_size` (unknown: not compared).
std::vector<std::filesystem::path> add_masks(std::map<int, TargetShape>& shapes,
                                             const std::filesystem::path& folder,
                                             const std::set<int>& labels,
                                             const std::vector<std::string>& class_names,
                                             TargetRules rules, const VoxelSize& voxel_size,
                                             std::vector<std::string>& warnings);

/// Distance of the farthest voxel of the shape from its centre, in voxels.
double reach(const TargetShape& shape);

/// Labels of another volume to put into a target.
struct Merge {
  std::string file;
  std::optional<int>
      label;          ///< what every voxel that is not 0 becomes; unset: the file's own labels
  bool over = false;  ///< painted after the objects; otherwise before, so that objects overwrite it
};

/// "membrane.mrc", "membrane.mrc:5", "membrane.mrc:over", "membrane.mrc:5:under".
Merge parse_merge(std::string_view text);

/// What labels of merged volumes are in a target: those of the classes of the same name.
class MergedClasses {
 public:
  /// The classes of the target's list. `complete`: no volume may have others.
  MergedClasses(const ParticleList& list, bool complete);

  /// Brings a volume's own labels to those of the target. A class that the target does not have
  /// keeps its label if no other class has it. Throws a usage `Error` for any other class that
  /// cannot be matched. Where list or volume names no classes, labels stay. Returns warnings.
  std::vector<std::string> match(LabelMap& volume, const Merge& merge);

  /// Those of the finished target; empty where its list has none.
  std::vector<std::string> target_names() const;

 private:
  bool complete_, named_;
  std::vector<std::string> names_;  ///< of the list, and of volumes that were merged before
  std::set<int> used_;
};

/// Puts the volume's labels where they are not 0; returns how many voxels.
std::int64_t merge_labels(const LabelMap& volume, const Merge& merge,
                          VolumeView<std::uint8_t> labels);

}  // namespace dfe::targets
