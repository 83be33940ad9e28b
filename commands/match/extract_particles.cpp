// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "commands/match/extract_particles.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>

#include "commands/common/particle_files.hpp"
#include "commands/common/same_grid.hpp"
#include "commands/match/match_outputs.hpp"
#include "commands/report/score_histogram.hpp"
#include "io/atomic_file.hpp"
#include "io/volume.hpp"
#include "match/peaks.hpp"

namespace dfe {

namespace {

constexpr std::size_t kBins = 200;

std::unique_ptr<VolumeSource> open_search_mask(const std::string& file,
                                               const VolumeGeometry& tomogram) {
  auto source = io::open_volume(file);
  if (source->extent() != tomogram.extent)
    throw Error(ErrorKind::Usage, "match", file,
                "the search mask has " + source->extent().to_string() + " voxels, the tomogram " +
                    tomogram.extent.to_string(),
                "both must have the same extent");
  check_same_voxels("match", file, source->info().geometry.voxel_size, "the tomogram",
                    tomogram.voxel_size);
  return source;
}

Volume<std::uint8_t> read_search_mask(const std::string& file, const ScoredTomogram& scored,
                                      Job& job) {
  if (file.empty()) return {};
  const auto source = open_search_mask(file, scored.geometry);
  job.record.input(file);
  const Extent3 n = scored.map.scores.extent();
  Volume<float> values(n);
  source->read_box({scored.begin, n}, values.data());
  Volume<std::uint8_t> mask(n);
  std::transform(values.span().begin(), values.span().end(), mask.span().begin(),
                 [](float value) { return static_cast<std::uint8_t>(value > 0 ? 1 : 0); });
  return mask;
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

std::string plot(const match::ScoreHistogram& histogram, const Extraction& extraction,
                 const ScoredTomogram& scored) {
  io::report::ScoreHistogramPlot plot;
  plot.title = "Best scores of " + scored.tomogram.filename().string();
  plot.low = histogram.low;
  plot.high = histogram.high;
  plot.series = {{scored.class_name, histogram.counts}};
  if (extraction.noise) plot.expected = expected_counts(histogram, *extraction.noise);
  plot.threshold = extraction.threshold;
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

/// Particles above a threshold, in voxels of the tomogram.
ParticleList particles_above(double threshold, const MatchRequest& request,
                             const ScoredTomogram& scored, VolumeView<const std::uint8_t> mask,
                             ThreadPool& pool) {
  match::PeakOptions options;
  match::PeakRule& rule = options.rules.front();
  rule = rule_of(request, scored.radius, scored.geometry.voxel_size);
  rule.threshold = static_cast<float>(threshold);
  options.mask = mask;
  options.most = request.peaks.most;
  const std::vector<match::Peak> peaks = match::find_peaks(scored.map.scores.view(), options, pool);
  ParticleList list =
      match::particles_at(peaks, scored.map.ids.view(), std::span(&scored.orientations, 1));
  for (Particle& particle : list.particles) {
    particle.position_voxels.z += static_cast<double>(scored.begin.z);
    particle.position_voxels.y += static_cast<double>(scored.begin.y);
    particle.position_voxels.x += static_cast<double>(scored.begin.x);
  }
  return list;
}

}  // namespace

void check_peak_options(const MatchRequest& request, const Length& radius,
                        const VolumeGeometry& tomogram) {
  rule_of(request, radius, tomogram.voxel_size);
  if (!request.peaks.search_mask.empty()) open_search_mask(request.peaks.search_mask, tomogram);
}

Extraction extract_particles(const MatchRequest& request, const ScoredTomogram& scored,
                             ThreadPool& pool, Job& job) {
  const Volume<std::uint8_t> mask = read_search_mask(request.peaks.search_mask, scored, job);
  const match::ScoreHistogram histogram =
      match::score_histogram(scored.map.scores.view(), mask.view(), kBins, pool);
  Extraction result;
  result.noise = find_noise(histogram);
  result.threshold =
      find_threshold(request.peaks, result.noise, static_cast<double>(histogram.total()));
  if (result.threshold)
    result.list = particles_above(*result.threshold, request, scored, mask.view(), pool);
  LabelMap frame;
  frame.geometry = scored.geometry;
  frame.class_names = {"background", scored.class_name};
  finish_list(result.list, frame, scored.tomogram, request.tomogram_name);
  result.histogram = plot(histogram, result, scored);
  return result;
}

Written write_extraction(const MatchRequest& request, const OutputJob& output,
                         const Extraction& extraction, Job& job) {
  const std::filesystem::path& list = output.outputs[MatchOutput::kList];
  const std::filesystem::path& histogram = output.outputs[MatchOutput::kHistogram];
  io::ListOptions options;
  options.format = io::parse_list_format(request.list_format);
  options.binning = request.output_binning;
  write_list(list, extraction.list, options, job);
  io::write_text_file(histogram, extraction.histogram);
  job.wrote(histogram);
  std::string text = list_text(extraction.list, list);
  if (extraction.threshold) text += "  score above " + number_text(*extraction.threshold) + "\n";
  Written written{text, {{"input", output.input}, {"output", list.string()}}, {}};
  written.json.update(list_json(extraction.list));
  if (extraction.threshold) {
    job.record.fact("threshold", *extraction.threshold);
    written.json["threshold"] = *extraction.threshold;
  }
  written.json["histogram"] = histogram.string();
  if (extraction.noise) {
    job.record.fact("noise_standard_deviation", extraction.noise->deviation);
    written.json["noise"] = {{"standard_deviation", extraction.noise->deviation},
                             {"orientations", extraction.noise->orientations}};
  }
  return written;
}

}  // namespace dfe
