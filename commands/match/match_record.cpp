// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "commands/match/match_record.hpp"

#include <cmath>

#include "commands/common/json_text.hpp"
#include "commands/common/particle_files.hpp"
#include "commands/common/read_options.hpp"
#include "core/text.hpp"

namespace dfe {

void record_peak_options(io::RunRecord& record, const MatchRequest& request) {
  const MatchPeaks& peaks = request.peaks;
  if (peaks.border) record.option("border", length_text(*peaks.border));
  if (peaks.threshold)
    record.option("threshold", number_text(*peaks.threshold));
  else
    record.option("false-positives", number_text(peaks.false_positives));
  record.option("most", std::to_string(peaks.most));
  record.option("search-mask", peaks.search_mask);
  record.option("tophat", peaks.tophat ? "yes" : "no");
  record.option("compete-by", request.competition == MatchCompetition::ZScore ? "zscore" : "raw");
}

void record_match_options(io::RunRecord& record, const MatchRequest& request) {
  record.option("angles", request.angles);
  std::vector<std::string> decoys;
  for (const MatchDecoy decoy : request.decoys) decoys.push_back(decoy_name(decoy));
  record.option("decoys", join(decoys, ","));
  record.option("tilt-range", request.tilts.range);
  if (!request.tilts.table.empty()) record.input(request.tilts.table);
  record.option("valid-mask", request.valid_mask);
  record.option("low-pass", number_text(request.low_pass_angstrom));
  record.option("high-pass", number_text(request.high_pass_angstrom));
  record.option("invert", request.invert ? "yes" : "no");
  record.option("rescale", request.rescale ? "yes" : "no");
  record.option("memory", std::to_string(request.compute.memory_bytes));
  record.option("instruction-set", request.compute.instruction_set);
  record_read_options(record, request.common);
}

void record_template(io::RunRecord& record, const TemplateOptions& options) {
  const std::string of = " of " + options.name;
  record.input(options.file);
  if (!options.mask.empty()) record.input(options.mask);
  if (options.mask_radius) record.option("mask-radius" + of, length_text(*options.mask_radius));
  record.option("radius" + of, length_text(options.radius));
  record.option("symmetry" + of, options.symmetry);
}

io::MatchJob job_record(const MatchRequest& request, const std::string& tomogram,
                        const VolumeGeometry& geometry, const MatchedTemplate& matched) {
  io::MatchJob record;
  record.tomogram = tomogram;
  record.template_file = matched.options.file;
  record.mask = matched.mask;
  record.search_mask = request.peaks.search_mask;
  record.scores = matched.score_volume;
  record.angles = matched.angle_volume;
  record.tomogram_extent = geometry.extent;
  record.template_extent = matched.searched.density.extent();
  record.searched = {{}, record.tomogram_extent};
  record.voxel_size_angstrom = geometry.voxel_size.mean_angstrom();
  record.step_deg = matched.angles.step_deg;
  if (record.step_deg == 0) record.angle_file = request.angles;
  record.orientations = static_cast<std::int64_t>(matched.orientations);
  record.point_group = matched.options.symmetry;
  record.spherical_mask = !match::turns_mask(matched.searched);
  record.low_pass_angstrom = request.low_pass_angstrom;
  record.high_pass_angstrom = request.high_pass_angstrom;
  if (record.voxel_size_angstrom > 0)
    record.particle_diameter_angstrom =
        2 * matched.options.radius.voxels(geometry.voxel_size, "--radius").x *
        record.voxel_size_angstrom;
  record.tilts = matched.tilts.record();
  record.search_space = record.tomogram_extent.voxels() * record.orientations;
  if (matched.scores.noise && matched.decoy.empty())
    record.variance = std::pow(matched.scores.noise->deviation, 2);
  record.class_name = matched.options.name;
  record.decoy = matched.decoy;
  return record;
}

}  // namespace dfe
