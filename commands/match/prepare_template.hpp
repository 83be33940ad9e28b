// SPDX-License-Identifier: Apache-2.0
// From the files and options of a template to what the engine matches.
#pragma once

#include <string>
#include <vector>

#include "commands/common/job.hpp"
#include "commands/match/band_pass.hpp"
#include "commands/match/template_options.hpp"
#include "commands/match/tilt_weights.hpp"
#include "dfengine/match.hpp"
#include "match/match_template.hpp"

namespace dfe {

/// Orientations to match in. The id of one is its place in `list`.
struct MatchAngles {
  std::vector<Rotation> list;
  double step_deg = 0;  ///< 0: from a file
};

/// Orientations of `angles`, a step in degrees or a file, that the point group leaves. Throws a
/// usage `Error` for other texts.
MatchAngles read_angles(const std::string& angles, const std::string& symmetry);

/// A template on the grid of a tomogram: contrast, voxel size, mask, weights. Throws `Error` where
/// template, mask and tomogram do not fit; `job`, if given, gets warnings of the files.
match::MatchTemplate prepare_template(const MatchRequest& request, const TemplateOptions& options,
                                      const TiltWeights& tilts, const VolumeGeometry& tomogram,
                                      Job* job);

}  // namespace dfe
