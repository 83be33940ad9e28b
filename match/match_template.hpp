// SPDX-License-Identifier: Apache-2.0
// What is searched for, how its orientations are made, and what a score is. docs/design/match.md
// defines the score.
#pragma once

#include "dfengine/compute.hpp"
#include "dfengine/extent.hpp"
#include "dfengine/volume.hpp"

namespace dfe::match {

/// How values between the voxels of a template are found.
enum class Interpolation {
  Cubic,      ///< B-spline through the voxels
  Trilinear,  ///< as cryoCAT and STOPGAP
};

/// How a turned template is normalized under its mask.
enum class Normalization {
  Weighted,  ///< mean and standard deviation weighted by the mask: scores are between -1 and 1
  Counted,   ///< over all voxels where the mask is above 0, equally, as STOPGAP and cryoCAT: the
            ///< same for masks of 0 and 1 that do not turn; otherwise scores differ by some percent
};

/// What a template sees beyond the faces of a tomogram.
enum class Edge {
  Outside,   ///< nothing: voxels outside are not valid
  Periodic,  ///< the opposite face, as transforms of the volume's own size do
};

/// A template in its box. The centre of rotation, and the position that a score belongs to, is
/// voxel floor(n / 2) along each axis.
struct MatchTemplate {
  Volume<float> density;  ///< of the same contrast as the tomogram
  Volume<float> mask;     ///< of the same extent, at least 0
  Volume<float> weights;  ///< of the same extent, or empty: factors of the turned template's
                          ///< Fourier coefficients, in the order of frequencies 0, 1, ..., -2, -1.
                          ///< Only their mean over k and -k matters
  Interpolation interpolation = Interpolation::Cubic;
  Normalization normalization = Normalization::Weighted;
  bool turn_sphere = false;  ///< turn the mask even if it is the same from all sides: for
                             ///< comparisons with programs that do. Other masks always turn

  MatchTemplate clone() const;
};

/// Best score over all orientations, and the id of the orientation that has it; of equal ones the
/// lowest.
struct ScoreMap {
  Volume<float> scores;
  Volume<std::int32_t> ids;
};

struct ScoreOptions {
  Edge edge = Edge::Outside;
  VolumeView<const std::uint8_t> valid;     ///< of the tomogram's extent, 0 where a voxel says
                                            ///< nothing; or empty
  VolumeView<const std::uint8_t> searched;  ///< of the tomogram's extent, 0 where no score is
                                            ///< wanted; or empty
  ComputeOptions compute;                   ///< instruction_set, threads, memory_bytes
};

/// Whether a mask has one value at each distance from the centre, to a thousandth of its largest
/// value, and is 0 from where a sphere would leave the box.
bool is_spherical(VolumeView<const float> mask);

/// Whether the mask turns with the template, so that a tomogram's local statistics have to be found
/// for each orientation.
bool turns_mask(const MatchTemplate& t);

/// The smallest box around all voxels that the mask has above 0, in every orientation in which it
/// is used.
Box3 support_of(const MatchTemplate& t);

/// Throws a usage `Error` for a template that cannot be matched: another extent of mask or weights,
/// values that are not finite, a mask below 0 or without voxels, a density that is constant under
/// the mask.
void check_template(const MatchTemplate& t);

}  // namespace dfe::match
