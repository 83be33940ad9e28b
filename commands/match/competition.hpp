// SPDX-License-Identifier: Apache-2.0
// From the scores of one or several templates in a tomogram to particles: right after matching, or
// later from kept volumes. Templates are added one after another, so that only the best scores of
// all stay in memory.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "commands/common/job.hpp"
#include "core/parallel.hpp"
#include "dfengine/match.hpp"
#include "match/compete.hpp"
#include "match/match_template.hpp"
#include "match/peaks.hpp"
#include "match/thresholds.hpp"

namespace dfe {

/// The part of a tomogram that has scores.
struct ScoredRegion {
  std::filesystem::path tomogram;
  VolumeGeometry geometry;  ///< of the tomogram
  Box3 box;                 ///< of its voxels
};

/// A template's best scores there.
struct ScoredTemplate {
  std::string name;  ///< of the class
  std::vector<Rotation> orientations;
  Length radius;  ///< within it no lower peak is kept
  match::ScoreMap map;
};

/// What the scores of a template look like.
struct TemplateScores {
  std::string name;
  std::optional<double> threshold;       ///< none was given and none can be found: no particles
  std::optional<match::NoiseFit> noise;  ///< none where the scores are not those of such noise
  std::string histogram;                 ///< SVG
};

struct Extraction {
  ParticleList list;
  std::vector<TemplateScores> templates;
};

/// Why there may be no threshold: text that follows the template's name.
inline constexpr const char* kNoThreshold =
    "the scores are not those of noise, or --false-positives is too large";

class Competition {
 public:
  /// Reads the search mask. All must outlive it.
  Competition(const MatchRequest& request, const ScoredRegion& region, ThreadPool& pool, Job& job);

  void add(ScoredTemplate scored);
  /// What was found of the templates so far.
  const std::vector<TemplateScores>& templates() const { return templates_; }
  /// Nothing can be added after it.
  Extraction finish();

 private:
  /// Turns scores into z-scores if these compete; returns a raw score in the same unit.
  double compete_by(VolumeView<float> scores, const match::ScoreHistogram& histogram,
                    std::optional<double> raw);

  const MatchRequest& request_;
  const ScoredRegion& region_;
  ThreadPool& pool_;
  Volume<std::uint8_t> mask_;
  match::BestTemplate best_;
  std::vector<TemplateScores> templates_;
  std::vector<match::PeakRule> rules_;
  std::vector<match::ScoreSpread> units_;  ///< of competing scores: 0 and 1 for raw ones
  std::vector<std::vector<Rotation>> orientations_;
};

/// Throws a usage `Error` for options of peaks that cannot be used with a tomogram: before hours of
/// matching.
void check_peak_options(const MatchRequest& request, const Length& radius,
                        const VolumeGeometry& tomogram);

}  // namespace dfe
