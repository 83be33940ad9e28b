// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "commands/match/competition.hpp"

#include <algorithm>
#include <limits>
#include <memory>

#include "commands/common/particle_files.hpp"
#include "commands/common/same_grid.hpp"
#include "commands/report/score_histogram.hpp"
#include "io/volume.hpp"
#include "match/peaks.hpp"
#include "match/tophat.hpp"

namespace dfe {

namespace {

constexpr std::size_t kBins = 200;
constexpr std::size_t kTophatBins = 50;  // as in pytom-match-pick
constexpr int kConnectivity = 1;

std::unique_ptr<VolumeSource> open_mask(const std::string& file, const VolumeGeometry& tomogram) {
  auto source = io::open_volume(file);
  if (source->extent() != tomogram.extent)
    throw Error(ErrorKind::Usage, "match", file,
                "the mask has " + source->extent().to_string() + " voxels, the tomogram " +
                    tomogram.extent.to_string(),
                "both must have the same extent");
  check_same_voxels("match", file, source->info().geometry.voxel_size, "the tomogram",
                    tomogram.voxel_size);
  return source;
}

/// The noise of the scores; nothing where they are not those of Gaussian noise.
std::optional<match::NoiseFit> find_noise(const match::ScoreHistogram& histogram) {
  try {
    return match::fit_noise(histogram);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::optional<double> find_threshold(const MatchPeaks& peaks,
                                     const std::optional<match::NoiseFit>& noise, double voxels) {
  if (peaks.threshold) return peaks.threshold;
  if (!noise || 2 * peaks.false_positives > voxels * noise->orientations) return std::nullopt;
  return match::false_positive_threshold(peaks.false_positives, voxels * noise->orientations,
                                         noise->deviation);
}

/// Voxels of noise in each bin.
std::vector<double> expected_counts(const match::ScoreHistogram& histogram,
                                    const match::NoiseFit& noise) {
  const auto voxels = static_cast<double>(histogram.total());
  std::vector<double> counts(histogram.counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double low = histogram.low + static_cast<double>(i) * histogram.width();
    counts[i] = match::expected_above(noise, voxels, low) -
                match::expected_above(noise, voxels, low + histogram.width());
  }
  return counts;
}

std::string plot(const match::ScoreHistogram& histogram, const TemplateScores& scores,
                 const std::string& decoy, const std::filesystem::path& tomogram) {
  io::report::ScoreHistogramPlot plot;
  plot.title = "Best scores of " + tomogram.filename().string();
  plot.low = histogram.low;
  plot.high = histogram.high;
  plot.series = {{decoy.empty() ? scores.name : scores.name + ", " + decoy, histogram.counts}};
  if (scores.noise) plot.expected = expected_counts(histogram, *scores.noise);
  plot.threshold = scores.threshold;
  return io::report::score_histogram_svg(plot);
}

match::PeakRule rule_of(const MatchRequest& request, const Length& radius,
                        const VoxelSize& voxel_size) {
  match::PeakRule rule;
  rule.exclusion_voxels = radius.voxels(voxel_size, "--radius");
  if (request.peaks.border)
    rule.border_voxels = request.peaks.border->voxels(voxel_size, "--border");
  return rule;
}

}  // namespace

void check_peak_options(const MatchRequest& request, const Length& radius,
                        const VolumeGeometry& tomogram) {
  rule_of(request, radius, tomogram.voxel_size);
  for (const std::string& mask : {request.peaks.search_mask, request.valid_mask})
    if (!mask.empty()) open_mask(mask, tomogram);
}

Volume<std::uint8_t> read_mask(const std::string& file, const ScoredRegion& region, Job& job) {
  if (file.empty()) return {};
  const auto source = open_mask(file, region.geometry);
  job.record.input(file);
  Volume<float> values(region.box.extent);
  source->read_box(region.box, values.data());
  Volume<std::uint8_t> mask(region.box.extent);
  std::transform(values.span().begin(), values.span().end(), mask.span().begin(),
                 [](float value) { return static_cast<std::uint8_t>(value > 0 ? 1 : 0); });
  if (std::count(mask.span().begin(), mask.span().end(), 1) == 0)
    throw Error(ErrorKind::Usage, "match", file, "the mask is 0 everywhere",
                "expected values above 0 somewhere");
  return mask;
}

Competition::Competition(const MatchRequest& request, const ScoredRegion& region, ThreadPool& pool,
                         Job& job)
    : request_(request),
      region_(region),
      pool_(pool),
      job_(job),
      mask_(read_mask(request.peaks.search_mask, region, job)) {}

void Competition::note(const ScoredTemplate& scored, const match::ScoreHistogram& histogram) {
  TemplateScores found;
  found.name = scored.name;
  found.noise = find_noise(histogram);
  found.threshold =
      find_threshold(request_.peaks, found.noise, static_cast<double>(histogram.total()));
  if (scored.decoy.empty())
    templates_.push_back(found);
  else
    found.threshold = templates_.back().threshold;
  histograms_.push_back(plot(histogram, found, scored.decoy, region_.tomogram));
  contestants_.push_back({templates_.size() - 1, scored.decoy});
}

match::ScoreSpread Competition::compete_by(VolumeView<float> scores,
                                           const match::ScoreHistogram& histogram) {
  if (request_.competition == MatchCompetition::Raw) return {0, 1};
  const match::ScoreSpread unit = match::spread_of(histogram);
  match::to_z_scores(scores, unit, pool_);
  return unit;
}

std::optional<Volume<std::uint8_t>> Competition::sharp(const ScoredTemplate& scored) {
  try {
    const Volume<float> tophat =
        match::white_tophat(scored.map.scores.view(), kConnectivity, pool_);
    const match::TophatFit fit =
        match::fit_tophat(match::score_histogram(tophat.view(), mask_.view(), kTophatBins, pool_),
                          request_.peaks.false_positives);
    return match::above(tophat.view(), fit.cut_off, pool_);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::Cancelled) throw;
    job_.warn(region_.tomogram.string() + ": --tophat is left out for '" + scored.name +
              "', because the tophat of its scores has no Gaussian noise");
    return std::nullopt;
  }
}

void Competition::add(ScoredTemplate scored) {
  const match::ScoreHistogram histogram =
      match::score_histogram(scored.map.scores.view(), mask_.view(), kBins, pool_);
  note(scored, histogram);
  std::optional<Volume<std::uint8_t>> its_sharp;
  if (request_.peaks.tophat) its_sharp = sharp(scored);
  const match::ScoreSpread unit = compete_by(scored.map.scores.view(), histogram);
  match::PeakRule rule = rule_of(request_, scored.radius, region_.geometry.voxel_size);
  const std::optional<double>& threshold = templates_.back().threshold;
  if (!scored.decoy.empty())
    rule.threshold = rules_.back().threshold;  // what competes must be above the same
  else if (threshold)
    rule.threshold = static_cast<float>((*threshold - unit.median) / unit.deviation);
  else
    rule.threshold = std::numeric_limits<float>::infinity();
  rules_.push_back(rule);
  units_.push_back(unit);
  orientations_.push_back(std::move(scored.orientations));
  if (rules_.size() == 1) {
    best_.scores = std::move(scored.map.scores);
    best_.ids = std::move(scored.map.ids);
    if (its_sharp) sharp_ = std::move(*its_sharp);
    return;
  }
  if (rules_.size() == 2)
    best_.templates = Volume<std::uint8_t>(region_.box.extent, std::uint8_t{0});
  match::add_template(best_, scored.map.scores.view(), scored.map.ids.view(),
                      static_cast<std::uint8_t>(rules_.size() - 1), pool_);
  if (request_.peaks.tophat) take_sharp(its_sharp);
}

void Competition::take_sharp(const std::optional<Volume<std::uint8_t>>& its_sharp) {
  if (sharp_.voxels() == 0) sharp_ = Volume<std::uint8_t>(region_.box.extent, std::uint8_t{1});
  const auto winner = static_cast<std::uint8_t>(rules_.size() - 1);
  for (std::int64_t i = 0; i < sharp_.voxels(); ++i)
    if (best_.templates.data()[i] == winner)
      sharp_.data()[i] = its_sharp ? its_sharp->data()[i] : 1;
}

ParticleList Competition::particles_at(const std::vector<match::Peak>& peaks) const {
  ParticleList list = match::particles_at(peaks, best_.ids.view(), orientations_);
  for (Particle& particle : list.particles) {
    Point3& position = particle.position_voxels;
    position = {position.z + static_cast<double>(region_.box.begin.z),
                position.y + static_cast<double>(region_.box.begin.y),
                position.x + static_cast<double>(region_.box.begin.x)};
    const auto winner = static_cast<std::size_t>(particle.class_label - 1);
    particle.score = *particle.score * units_[winner].deviation + units_[winner].median;
    particle.class_label = static_cast<int>(contestants_[winner].of) + 1;
  }
  return list;
}

Extraction Competition::finish() {
  match::PeakOptions options;
  options.rules = rules_;
  options.templates = best_.templates.view();
  if (sharp_.voxels() > 0 && mask_.voxels() > 0)
    std::transform(mask_.span().begin(), mask_.span().end(), sharp_.span().begin(),
                   sharp_.span().begin(),
                   [](std::uint8_t a, std::uint8_t b) { return std::min(a, b); });
  options.mask = sharp_.voxels() > 0 ? sharp_.view() : mask_.view();
  Extraction result;
  result.decoys = contestants_.size() > templates_.size();
  options.most = result.decoys ? 0 : request_.peaks.most;  // decoys are not listed
  TemplatePeaks found = without_decoys(match::find_peaks(best_.scores.view(), options, pool_),
                                       contestants_, templates_.size());
  const auto most = static_cast<std::size_t>(request_.peaks.most);
  if (most > 0 && found.peaks.size() > most) {
    found.peaks.resize(most);
    found.q_values.resize(most);
  }
  result.list = particles_at(found.peaks);
  result.q_values = std::move(found.q_values);
  result.rates = std::move(found.rates);
  LabelMap frame;
  frame.geometry = region_.geometry;
  frame.class_names = {"background"};
  for (const TemplateScores& t : templates_) frame.class_names.push_back(t.name);
  finish_list(result.list, frame, region_.tomogram, request_.tomogram_name);
  result.templates = std::move(templates_);
  result.histograms = std::move(histograms_);
  return result;
}

}  // namespace dfe
