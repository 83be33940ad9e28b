// SPDX-License-Identifier: Apache-2.0
// Finds places for objects. The orientation and the fraction of a voxel are drawn once for a free
// object, so that a try costs no more than looking at the voxels it would cover; on a membrane each
// try has an orientation of its own.
#pragma once

#include <vector>

#include "simulate/membranes.hpp"
#include "simulate/stamp.hpp"

namespace dfe::simulate {

/// A class made ready for placing.
struct Kind {
  Stamp density, mask, wide;  ///< wide: the mask with the gap around it
  std::int64_t voxels = 0;    ///< of the mask
};

/// Places objects into a scene's instances and labels.
class Placer {
 public:
  Placer(const SceneOptions& options, const std::vector<Kind>& kinds, Scene& scene,
         const MembraneField& field, const std::vector<Surface>& surfaces)
      : options_(options), kinds_(kinds), scene_(scene), field_(field), surfaces_(surfaces) {}

  /// Object number `number` of the scene, of class `c`. False where no place was found.
  bool place(std::size_t c, std::uint32_t number);

  /// Paints an object that overlaps nothing, or whose place is given. Returns how many voxels of it
  /// lie in the volume.
  std::int64_t paint(std::size_t c, const Footprint& footprint, const Index3& base,
                     const Point3& fraction, const Rotation& rotation);

 private:
  bool place_free(std::size_t c, std::uint32_t number);
  bool place_on_membrane(std::size_t c, std::uint32_t number);

  /// Least distance from the middle of a membrane, in voxels: the asked one above its surface. -1
  /// where there are no membranes.
  int keep_away_voxels(const SceneClass& c) const;
  bool inside(const Index3& at, std::int64_t border) const;
  bool touches_object(const Footprint& footprint, const Index3& base) const;
  bool touches_membrane(const Footprint& footprint, const Index3& base, int distance) const;

  const SceneOptions& options_;
  const std::vector<Kind>& kinds_;
  Scene& scene_;
  const MembraneField& field_;
  const std::vector<Surface>& surfaces_;
};

}  // namespace dfe::simulate
