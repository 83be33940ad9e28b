// SPDX-License-Identifier: Apache-2.0
// From scores and the ids of orientations to a list of particles, its threshold and a histogram:
// right after matching, or later from kept volumes.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "commands/common/job.hpp"
#include "commands/common/late_results.hpp"
#include "commands/common/outputs.hpp"
#include "core/parallel.hpp"
#include "dfengine/commands.hpp"
#include "match/match_template.hpp"
#include "match/thresholds.hpp"

namespace dfe {

/// A tomogram's best scores.
struct ScoredTomogram {
  std::filesystem::path tomogram;
  VolumeGeometry geometry;  ///< of the tomogram
  Index3 begin;             ///< its voxel that is the first of `map`
  match::ScoreMap map;
  std::vector<Rotation> orientations;
  std::string class_name;
  Length radius;  ///< within it no lower peak is kept
};

/// Why there may be none.
inline constexpr const char* kNoThreshold =
    "no threshold can be found: the scores are not those of noise, or --false-positives is too "
    "large";

struct Extraction {
  ParticleList list;
  std::optional<double> threshold;       ///< none was given and none can be found: no particles
  std::optional<match::NoiseFit> noise;  ///< none where the scores are not those of such noise
  std::string histogram;                 ///< SVG
};

/// Throws a usage `Error` for options of peaks that cannot be used with a tomogram: before hours of
/// matching.
void check_peak_options(const MatchRequest& request, const Length& radius,
                        const VolumeGeometry& tomogram);

Extraction extract_particles(const MatchRequest& request, const ScoredTomogram& scored,
                             ThreadPool& pool, Job& job);

/// Writes the list and the histogram, and says what was found.
Written write_extraction(const MatchRequest& request, const OutputJob& output,
                         const Extraction& extraction, Job& job);

}  // namespace dfe
