// SPDX-License-Identifier: Apache-2.0
// A tilt series before its images: which angles, after which dose, at which defocus, and how far
// the microscope was from what the reconstruction believes.
#pragma once

#include <cstdint>
#include <vector>

#include "dfengine/simulate.hpp"
#include "simulate/tilt_geometry.hpp"

namespace dfe::simulate {

/// One entry per image, in the order of the angles.
struct TiltSeries {
  std::vector<double> tilts_deg;         ///< as the reconstruction takes them
  std::vector<double> doses;             ///< received before each tilt, electrons per Å²
  std::vector<double> defocus_angstrom;  ///< with its spread
  std::vector<View> nominal;             ///< as the reconstruction takes them
  std::vector<View> real;                ///< with errors of angle and shift
  std::vector<double> shift_y;           ///< error along the tilt axis, voxels

  std::int64_t views() const { return static_cast<std::int64_t>(tilts_deg.size()); }
};

/// Angles from the first in steps up to the last.
std::vector<double> tilt_angles(const ImagingOptions& options);

/// Draws the errors and the defocus of every image.
TiltSeries draw_tilt_series(const ImagingOptions& options, double voxel_size_angstrom);

}  // namespace dfe::simulate
