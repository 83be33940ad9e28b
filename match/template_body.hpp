// SPDX-License-Identifier: Apache-2.0
// What a template looks like from afar: whether it is brighter or darker than what is around it,
// and how large it is.
#pragma once

#include "dfengine/volume.hpp"

namespace dfe::match {

enum class Contrast {
  Bright,   ///< denser voxels have higher values, as in maps of the EMDB
  Dark,     ///< as in most tomograms
  Unclear,  ///< as much of the one as of the other
};

struct TemplateBody {
  Contrast contrast = Contrast::Unclear;
  double evidence = 0;       ///< for the contrast, from -1 (dark) to 1 (bright)
  double surroundings = 0;   ///< the value that the density has around the particle
  double radius_voxels = 0;  ///< of the homogeneous sphere with the same radius of gyration
};

/// Surroundings  the median of the box's outermost voxels
/// Evidence      Σ m d³ / Σ m |d|³, d the difference from the surroundings, m the mask. Cubes,
///               because the halo around a filtered particle has its volume, but not its height.
///               From 0.2 on the contrast is clear
/// Radius        √(5/3) of the radius of gyration about the centre of mass, weighted by m |d| over
///               voxels that have the sign of the contrast; over all where it is unclear
/// Errors        usage `Error` for a mask of another extent and an empty box
TemplateBody template_body(VolumeView<const float> density, VolumeView<const float> mask);

/// A sphere about the centre of a box, voxel floor(n / 2): 1 up to the radius, then a cosine that
/// falls to 0 over `edge_voxels`.
Volume<float> soft_sphere(const Extent3& box, double radius_voxels, double edge_voxels);

}  // namespace dfe::match
