// SPDX-License-Identifier: Apache-2.0
// What a tilt series lets through: weights of a box's Fourier coefficients. The tilt axis is y, the
// beam z; a specimen that is tilted by the angle α shows the plane through y and (cos α, sin α) in
// (x, z), as `simulate` projects it. Volumes of weights are in the order of frequencies 0, 1, ...,
// -2, -1 along each axis.
#pragma once

#include <vector>

#include "dfengine/ctf.hpp"
#include "dfengine/volume.hpp"

namespace dfe::math {

/// 1 within the wedge that tilts from `first_deg` to `last_deg` cover, borders included, and 0
/// elsewhere and for the mean. Boxes need not be cubic. Throws a usage `Error` unless -90 < first <
/// last < 90.
Volume<float> wedge_weights(const Extent3& box, double first_deg, double last_deg);

/// One image of a tilt series.
struct TiltImage {
  double tilt_deg = 0;
  double dose = 0;              ///< received before the image, electrons per Å²
  double defocus_angstrom = 0;  ///< underfocus is positive
};

struct TiltWeighting {
  double voxel_angstrom = 0;
  bool exposure = false;  ///< falls with the dose as exp(-dose · q²), a B factor of 4 Å² per
                          ///< electron per Å², and with the thickness as cos(tilt)
  bool ctf = false;       ///< multiplied by the transfer function
  bool absolute_ctf = false;  ///< of a tomogram whose phases were flipped
  CtfOptions microscope;
};

/// The sum of all images' planes, 0 for the mean. A plane is as thick as the box makes it: its
/// weight falls linearly to 0 at a distance of 1 / n, n the smaller one of the box's extents along
/// x and z. Near the tilt axis, where planes overlap, a ramp |u| · n · step keeps their sum even.
/// Throws a usage `Error` for angles beyond ±90 degrees, no images, and an unknown voxel size where
/// one is needed.
Volume<float> tilt_weights(const Extent3& box, const std::vector<TiltImage>& images,
                           const TiltWeighting& weighting);

}  // namespace dfe::math
