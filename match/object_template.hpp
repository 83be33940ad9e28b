// SPDX-License-Identifier: Apache-2.0
// A template from the density of an object: an atomic model, a map or a built-in shape, as the
// simulation makes them.
#pragma once

#include "dfengine/simulate.hpp"
#include "match/match_template.hpp"
#include "match/template_body.hpp"

namespace dfe::match {

/// The radius of a sphere about the centre that holds all voxels of an object's mask, in voxels of
/// the tomogram, and half a voxel more.
double object_radius_voxels(const ObjectDensity& object);

struct ObjectTemplateOptions {
  Contrast contrast = Contrast::Dark;  ///< of the tomogram; Bright leaves the density as it is
  std::int64_t box = 0;                ///< voxels along an edge; 0: twice the diameter of the mask
                                       ///< without its edge, for what weights spread, and more for
                                       ///< speed
  double mask_radius_voxels = 0;       ///< 0: 1.1 of `object_radius_voxels`
};

/// A template with the tomogram's voxel size and a spherical mask, whose edge falls to 0 over two
/// voxels.
///
/// Sampling  every second voxel of the object's density. That adds nothing above the tomogram's
///           Nyquist frequency, because the density was filtered to it, or to its resolution
/// Errors    usage `Error` for an unclear contrast, a box of more than 1024 voxels, and a mask
///           that does not fit into the box
MatchTemplate object_template(const ObjectDensity& object, const ObjectTemplateOptions& options);

}  // namespace dfe::match
