// SPDX-License-Identifier: Apache-2.0
// From the options of a tilt series to the weights of a template's box.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/math/wedge.hpp"
#include "dfengine/match.hpp"
#include "io/match_job.hpp"

namespace dfe {

/// A table of tilts: which columns it has, and a line for each tilt.
struct TiltTable {
  std::vector<math::TiltImage> images;
  bool dose = false, defocus = false;
};

/// Reads a line per tilt, its numbers between blanks or comma-separated: the angle in degrees, then
/// the dose before the image in electrons per Å², then the defocus in Å. All lines have the same
/// number of values; lines that begin with # are skipped. Throws `Error` that names the line.
TiltTable parse_tilts(std::string_view text, const std::string& name);

/// Weights of a box's Fourier coefficients from the options; empty where they say nothing of tilts.
class TiltWeights {
 public:
  /// Reads the table. Throws a usage `Error` for a range that is none.
  explicit TiltWeights(const MatchTilts& tilts);

  Volume<float> of_box(const Extent3& box, double voxel_angstrom) const;
  /// What the job record says of it.
  io::MatchTilts record() const;

 private:
  const MatchTilts& asked_;
  double first_ = 0, last_ = 0;  ///< of a range
  TiltTable table_;
};

}  // namespace dfe
