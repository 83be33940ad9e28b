// SPDX-License-Identifier: Apache-2.0
// Membranes as surfaces with a signed distance: from it follow their density, their mask, where
// objects sit on them and how far away others must stay.
#pragma once

#include <vector>

#include "core/parallel.hpp"
#include "dfengine/simulate.hpp"

namespace dfe::simulate {

/// One membrane in place. Lengths in voxels.
class Surface {
 public:
  /// Signed distance from the middle surface, first order: above 0 outside a vesicle, or on the
  /// side of a plane's normal.
  double distance(const Point3& p) const;
  /// Direction in which the distance grows; length 1.
  Point3 normal(const Point3& p) const;
  /// Distance from the middle of the nearest layer.
  double layer_distance(const Point3& p) const;

  MembraneKind kind = MembraneKind::Vesicle;
  Point3 centre;
  Rotation orientation{};  ///< turns the surface's own axes onto their place in the volume
  Point3 radii;            ///< of a vesicle along its own axes
  double amplitude = 0, wave_number = 0, phase_x = 0, phase_y = 0;  ///< of a plane's waves
  std::vector<double> layers;  ///< distances of the layers from the middle surface, ascending
  double thickness = 0, head_sigma = 0;
  double peak = 0;  ///< V
};

/// Draws the places of all membranes; a vesicle that finds none that is free is left out.
std::vector<Surface> place_membranes(const SceneOptions& options);

/// A place on a membrane: where an object's z axis starts and points to.
struct Anchor {
  std::int64_t voxel = 0;  ///< index of a voxel within half a voxel of the layer
  std::int32_t surface = 0;
};

struct MembraneField {
  Volume<std::uint8_t>
      near;  ///< distance to the nearest membrane's middle in whole voxels, cut down, at most 255
  std::vector<Anchor> anchors;
};

/// Adds the membranes' density, and writes their mask (numbers from 1) and field.
MembraneField draw_membranes(const std::vector<Surface>& surfaces, VolumeView<float> density,
                             VolumeView<std::uint8_t> mask, ThreadPool& pool);

/// The layer's point nearest to an anchor and the direction away from the membrane there: outward
/// for a single layer, away from the other layers for the outermost ones.
void stand_on(const Surface& surface, const Point3& near, Point3& point, Point3& normal);

}  // namespace dfe::simulate
