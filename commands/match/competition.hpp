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
#include "commands/match/decoy_rates.hpp"
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

/// The best scores there of a template, or of a decoy of the template before it.
struct ScoredTemplate {
  std::string name;   ///< of the class
  std::string decoy;  ///< its kind; empty: the template itself
  std::vector<Rotation> orientations;
  Length radius;  ///< within it no lower peak is kept
  match::ScoreMap map;
};

/// What the scores of a template look like.
struct TemplateScores {
  std::string name;
  std::optional<double> threshold;       ///< none was given and none can be found: no particles
  std::optional<match::NoiseFit> noise;  ///< none where the scores are not those of such noise
};

struct Extraction {
  ParticleList list;
  std::vector<TemplateScores> templates;
  std::vector<std::string> histograms;  ///< SVG, of templates and decoys as they were added
  bool decoys = false;                  ///< there were some: the next two are filled
  std::vector<double> q_values;         ///< of each particle
  std::vector<DecoyRates> rates;        ///< of each template
};

/// Why there may be no threshold: text that follows the template's name.
inline constexpr const char* kNoThreshold =
    "the scores are not those of noise, or --false-positives is too large";

/// A search or validity mask: 1 where it is above 0; empty without a file. Throws a usage `Error`
/// for a mask of another tomogram and for one that is 0 everywhere.
Volume<std::uint8_t> read_mask(const std::string& file, const ScoredRegion& region, Job& job);

class Competition {
 public:
  /// Reads the search mask. All must outlive it.
  Competition(const MatchRequest& request, const ScoredRegion& region, ThreadPool& pool, Job& job);

  VolumeView<const std::uint8_t> search_mask() const { return mask_.view(); }
  void add(ScoredTemplate scored);
  /// What the scores of the template that was added last, or whose decoy was, look like.
  const TemplateScores& last() const { return templates_.back(); }
  /// Nothing can be added after it.
  Extraction finish();

 private:
  /// Notes the scores of a template, and their plot.
  void note(const ScoredTemplate& scored, const match::ScoreHistogram& histogram);
  /// Turns scores into z-scores if these compete. The unit of what competes: 0 and 1 for raw ones.
  match::ScoreSpread compete_by(VolumeView<float> scores, const match::ScoreHistogram& histogram);
  /// Where the scores' tophat is above its cut-off. Warns and returns nothing where it has none.
  std::optional<Volume<std::uint8_t>> sharp(const ScoredTemplate& scored);
  /// Where the last template won, its tophat counts.
  void take_sharp(const std::optional<Volume<std::uint8_t>>& its_sharp);
  ParticleList particles_at(const std::vector<match::Peak>& peaks) const;

  const MatchRequest& request_;
  const ScoredRegion& region_;
  ThreadPool& pool_;
  Job& job_;
  Volume<std::uint8_t> mask_;
  Volume<std::uint8_t> sharp_;  ///< of the template that wins; or empty
  match::BestTemplate best_;
  std::vector<TemplateScores> templates_;
  std::vector<std::string> histograms_;
  // Of each that competes:
  std::vector<Contestant> contestants_;
  std::vector<match::PeakRule> rules_;
  std::vector<match::ScoreSpread> units_;
  std::vector<std::vector<Rotation>> orientations_;
};

/// Throws a usage `Error` for options of peaks that cannot be used with a tomogram: before hours of
/// matching.
void check_peak_options(const MatchRequest& request, const Length& radius,
                        const VolumeGeometry& tomogram);

}  // namespace dfe
