// SPDX-License-Identifier: Apache-2.0
// `match`: tomograms and a template in; scores, orientations and particle lists out.
#include <chrono>
#include <cmath>

#include "commands/common/cubic_voxels.hpp"
#include "commands/common/list_frame.hpp"
#include "commands/common/particle_files.hpp"
#include "commands/common/read_options.hpp"
#include "commands/match/calibration.hpp"
#include "commands/match/extract_particles.hpp"
#include "commands/match/match_outputs.hpp"
#include "commands/match/match_parts.hpp"
#include "commands/match/prepare_template.hpp"
#include "core/file_names.hpp"
#include "core/memory.hpp"
#include "core/text.hpp"
#include "core/usable_threads.hpp"
#include "match/exact.hpp"

namespace dfe {

namespace {

/// What matching of one tomogram gave.
struct Matched {
  ScoredTomogram scored;
  Extraction extraction;
  Extent3 template_extent;
  bool spherical_mask = true;
  double seconds = 0;
};

/// A tomogram that fits the request.
struct OpenPair {
  std::unique_ptr<VolumeSource> source;
  match::MatchTemplate searched;
  match::ScoreOptions options;
  match::TilePlan plan;
};

/// `match` with what all tomograms share.
class TomogramMatcher {
 public:
  TomogramMatcher(const MatchRequest& request, int asked_threads)
      : request_(request),
        asked_threads_(asked_threads),
        tilts_(request.tilts),
        angles_(read_angles(request.angles, request.symmetry)),
        threads_(usable_threads(request.compute.threads)),
        read_(read_options(request.common)) {
    list_options_.format = io::parse_list_format(request.list_format);
    list_options_.binning = request.output_binning;
  }

  /// Reads the header of a tomogram, and the template. Throws where they do not go together.
  OpenPair look(const OutputJob& output, Job* job) const {
    OpenPair pair;
    pair.source = job ? io::open_volume(output.input, read_) : io::open_header(output.input, read_);
    const VolumeInfo& info = pair.source->info();
    if (job) job->warn(output.input, info.warnings);
    const VolumeGeometry& geometry = info.geometry;
    check_voxels(output.input, geometry.voxel_size);
    check_peak_options(request_, radius(), geometry);
    pair.searched = prepare_template(request_, tilts_, geometry, job);
    pair.options.compute = request_.compute;
    pair.options.compute.memory_bytes = memory_for(geometry.extent, pair.source->resident_bytes());
    pair.plan = match::plan_tiles(geometry.extent, pair.searched, pair.options, threads_);
    if (!request_.dry_run)
      check_list(output.outputs[MatchOutput::kList], list_options_, output.input,
                 request_.tomogram_name, geometry);
    return pair;
  }

  Matched compute(const OutputJob& output, Job& job) const {
    record_options(job.record);
    job.threads(asked_threads_);
    job.record.input(output.input);
    job.record.stage("read");
    OpenPair pair = look(output, &job);
    const Volume<float> tomogram = read_tomogram(*pair.source);
    Matched matched;
    matched.template_extent = pair.searched.density.extent();
    matched.spherical_mask = !match::turns_mask(pair.searched);
    ScoredTomogram& scored = matched.scored;
    scored.tomogram = output.input;
    scored.geometry = pair.source->info().geometry;
    scored.orientations = angles_.list;
    scored.class_name = class_name();
    scored.radius = radius();
    job.record.stage("match");
    const auto begin = std::chrono::steady_clock::now();
    scored.map =
        match::exact_scores(tomogram.view(), pair.searched, angles_.list, pair.options, &job);
    matched.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    job.record.stage("extract");
    ThreadPool pool(threads_);
    matched.extraction = extract_particles(request_, scored, pool, job);
    if (!matched.extraction.threshold)
      job.warn(output.input + ": " + kNoThreshold +
               "; the list is empty until --extract-only gets --threshold");
    return matched;
  }

  Written write(const OutputJob& output, Job& job, const Matched& matched) const {
    job.record.stage("write");
    const auto& files = output.outputs;
    const VolumeGeometry& geometry = matched.scored.geometry;
    const auto count = static_cast<double>(angles_.list.size());
    Written written = write_extraction(request_, output, matched.extraction, job);
    io::write_volume(files[MatchOutput::kScores], matched.scored.map.scores.view(), geometry);
    job.wrote(files[MatchOutput::kScores]);
    write_ids(files[MatchOutput::kAngles], matched.scored.map.ids, geometry);
    job.wrote(files[MatchOutput::kAngles]);
    io::write_match_job(files[MatchOutput::kRecord], job_record(output, matched));
    job.wrote(files[MatchOutput::kRecord]);
    job.record.fact("orientations", count);
    job.record.fact("rotations_per_second", count / matched.seconds);
    written.text += "  " + std::to_string(angles_.list.size()) + " orientations, " +
                    number_text(count / matched.seconds) + " per second\n";
    written.json["orientations"] = angles_.list.size();
    written.json["rotations_per_second"] = count / matched.seconds;
    written.json["scores"] = files[MatchOutput::kScores].string();
    written.json["angles"] = files[MatchOutput::kAngles].string();
    written.json["job"] = files[MatchOutput::kRecord].string();
    return written;
  }

  /// Predicts the time of one tomogram.
  Written predict(const OutputJob& output, Job& job) const {
    const OpenPair pair = look(output, &job);
    const Volume<float> tomogram = read_tomogram(*pair.source);
    Calibration calibration(4 * threads_, &job);
    calibration.run([&](Observer* watched) {
      match::exact_scores(tomogram.view(), pair.searched, angles_.list, pair.options, watched);
    });
    const double seconds = calibration.seconds();
    const std::int64_t tiles = pair.plan.tiles.voxels();
    return {output.input + ": " + std::to_string(angles_.list.size()) + " orientations, " +
                std::to_string(tiles) + (tiles == 1 ? " tile" : " tiles") + ", about " +
                number_text(std::ceil(seconds)) + " s with " + std::to_string(threads_) +
                (threads_ == 1 ? " thread\n" : " threads\n"),
            {{"input", output.input},
             {"orientations", angles_.list.size()},
             {"tiles", tiles},
             {"tile_bytes", pair.plan.bytes},
             {"predicted_seconds", seconds}},
            {}};
  }

 private:
  const Length& radius() const {
    return request_.peaks.radius ? *request_.peaks.radius : *request_.mask_radius;
  }

  std::string class_name() const {
    return request_.class_name.empty() ? base_name(request_.template_file) : request_.class_name;
  }

  void check_voxels(const std::string& tomogram, const VoxelSize& voxel_size) const {
    check_cubic_voxels("match", tomogram, voxel_size, "resample the tomogram");
    const bool filters = request_.low_pass_angstrom > 0 || request_.high_pass_angstrom > 0;
    if (!voxel_size.known() && (filters || request_.rescale))
      throw Error(ErrorKind::Usage, "match", tomogram, "the voxel size is unknown",
                  "give --voxel-size");
  }

  /// What is left for the engine next to tomogram and result.
  std::int64_t memory_for(const Extent3& n, std::int64_t resident) const {
    const std::int64_t all = request_.compute.memory_bytes > 0 ? request_.compute.memory_bytes
                                                               : available_memory_bytes();
    if (all == 0) return 0;
    const std::int64_t taken = 13 * n.voxels() + resident;  // values, scores, ids, search mask
    if (taken >= all)
      throw Error("match", "--memory",
                  "the tomogram and its scores alone need " + std::to_string(taken >> 20) + " MiB",
                  "allow more memory, or cut the tomogram");
    return all - taken;
  }

  Volume<float> read_tomogram(const VolumeSource& source) const {
    Volume<float> tomogram = io::read_volume(source);
    const BandPass band{request_.low_pass_angstrom, request_.high_pass_angstrom};
    if (!band.any()) return tomogram;
    for (const float value : tomogram.span())
      if (!std::isfinite(value))
        throw Error("match", source.info().path, "has voxels that are not finite",
                    "replace them, by the mean for example");
    filter_volume(tomogram.view(), band, source.info().geometry.voxel_size.mean_angstrom());
    return tomogram;
  }

  static void write_ids(const std::filesystem::path& file, const Volume<std::int32_t>& ids,
                        const VolumeGeometry& geometry) {
    Volume<float> values(ids.extent());
    std::copy(ids.span().begin(), ids.span().end(), values.span().begin());
    io::write_volume(file, values.view(), geometry);
  }

  void record_options(io::RunRecord& record) const {
    record.input(request_.template_file);
    record.option("class", class_name());
    if (!request_.mask.empty()) record.input(request_.mask);
    if (request_.mask_radius)
      record.option("mask-radius", number_text(request_.mask_radius->value) +
                                       (request_.mask_radius->is_angstrom ? "A" : ""));
    record.option("angles", request_.angles);
    record.option("symmetry", request_.symmetry);
    record.option("tilt-range", request_.tilts.range);
    if (!request_.tilts.table.empty()) record.input(request_.tilts.table);
    record.option("low-pass", number_text(request_.low_pass_angstrom));
    record.option("high-pass", number_text(request_.high_pass_angstrom));
    record.option("invert", request_.invert ? "yes" : "no");
    record.option("rescale", request_.rescale ? "yes" : "no");
    record.option("memory", std::to_string(request_.compute.memory_bytes));
    record.option("instruction-set", request_.compute.instruction_set);
    record_read_options(record, request_.common);
    record_peak_options(record, request_);
  }

  io::MatchJob job_record(const OutputJob& output, const Matched& matched) const {
    io::MatchJob record;
    record.tomogram = output.input;
    record.template_file = request_.template_file;
    record.mask = request_.mask;
    record.search_mask = request_.peaks.search_mask;
    record.scores = output.outputs[MatchOutput::kScores];
    record.angles = output.outputs[MatchOutput::kAngles];
    record.tomogram_extent = matched.scored.geometry.extent;
    record.template_extent = matched.template_extent;
    record.searched = {{}, record.tomogram_extent};
    record.voxel_size_angstrom = matched.scored.geometry.voxel_size.mean_angstrom();
    record.step_deg = angles_.step_deg;
    if (angles_.step_deg == 0) record.angle_file = request_.angles;
    record.orientations = static_cast<std::int64_t>(angles_.list.size());
    record.point_group = request_.symmetry;
    record.spherical_mask = matched.spherical_mask;
    record.low_pass_angstrom = request_.low_pass_angstrom;
    record.high_pass_angstrom = request_.high_pass_angstrom;
    record.tilts = tilts_.record();
    if (record.voxel_size_angstrom > 0)
      record.particle_diameter_angstrom =
          2 * radius().voxels(matched.scored.geometry.voxel_size, "--radius").x *
          record.voxel_size_angstrom;
    record.search_space = record.tomogram_extent.voxels() * record.orientations;
    if (matched.extraction.noise)
      record.variance = std::pow(matched.extraction.noise->deviation, 2);
    record.class_name = matched.scored.class_name;
    return record;
  }

  const MatchRequest& request_;
  int asked_threads_;
  TiltWeights tilts_;
  MatchAngles angles_;
  int threads_;
  io::VolumeReadOptions read_;
  io::ListOptions list_options_;
};

/// Writes nothing, so the names of results are not looked at.
CommandReport predict_all(const TomogramMatcher& matcher, const MatchRequest& request,
                          Observer* observer) {
  std::vector<OutputJob> inputs;
  for (const std::string& tomogram : request.tomograms) inputs.push_back({tomogram, {}});
  Batch batch("match", std::move(inputs), observer);
  return batch.run(
      [&](const OutputJob& input, Job& job) {
        check_input("match", input.input);
        return matcher.predict(input, job);
      },
      [](const OutputJob&, Job&, const Written& written) { return written; });
}

[[noreturn]] void refuse(const char* option, const char* fact, const char* remedy) {
  throw Error(ErrorKind::Usage, "match", option, fact, remedy);
}

/// What a former run has decided cannot be changed by --extract-only.
void check_extraction(const MatchRequest& request) {
  const std::pair<const char*, bool> given[] = {{"--template", !request.template_file.empty()},
                                                {"--mask", !request.mask.empty()},
                                                {"--mask-radius", request.mask_radius.has_value()},
                                                {"--angles", !request.angles.empty()},
                                                {"--symmetry", request.symmetry != "C1"},
                                                {"--tilt-range", !request.tilts.range.empty()},
                                                {"--tilts", !request.tilts.table.empty()},
                                                {"--low-pass", request.low_pass_angstrom > 0},
                                                {"--high-pass", request.high_pass_angstrom > 0},
                                                {"--invert", request.invert},
                                                {"--rescale", request.rescale},
                                                {"--dry-run", request.dry_run}};
  for (const auto& [option, is_given] : given)
    if (is_given)
      refuse(option, "cannot go with --extract-only",
             "match again, or leave it out: the job record says how the scores were made");
}

void check_matching(const MatchRequest& request) {
  if (request.template_file.empty()) refuse("--template", "is missing", "give the template's file");
  if (request.angles.empty())
    refuse("--angles", "is missing",
           "give a step in degrees, such as 12, or a file of orientations");
  if (!request.peaks.radius && !request.mask_radius)
    refuse("--radius", "is missing", "give the radius of a particle in voxels (8) or Å (110A)");
}

void check_request(const MatchRequest& request) {
  request.extract_only ? check_extraction(request) : check_matching(request);
  const MatchPeaks& peaks = request.peaks;
  if (!(peaks.false_positives > 0)) refuse("--false-positives", "is not above 0", "give 1 or so");
  if (peaks.threshold && !std::isfinite(*peaks.threshold))
    refuse("--threshold", "is not a number", "give a score such as 0.3");
  if (peaks.most < 0) refuse("--most", "is below 0", "give 0 for all particles");
  check_name_pattern("match", request.tomogram_name, request.tomograms.size());
}

std::string file_of_angles(const MatchRequest& request) {
  return parse_as<double>(request.angles) ? "" : request.angles;
}

}  // namespace

void record_peak_options(io::RunRecord& record, const MatchRequest& request) {
  const auto length = [](const Length& l) {
    return number_text(l.value) + (l.is_angstrom ? "A" : "");
  };
  const MatchPeaks& peaks = request.peaks;
  if (peaks.radius) record.option("radius", length(*peaks.radius));
  if (peaks.border) record.option("border", length(*peaks.border));
  if (peaks.threshold)
    record.option("threshold", number_text(*peaks.threshold));
  else
    record.option("false-positives", number_text(peaks.false_positives));
  record.option("most", std::to_string(peaks.most));
  record.option("search-mask", peaks.search_mask);
}

CommandReport run_match(const MatchRequest& asked, Observer* observer) {
  MatchRequest request = asked;
  limit_threads(request.compute, nullptr);
  check_request(request);
  const int threads = asked.compute.threads;
  if (request.dry_run) return predict_all({request, threads}, request, observer);
  std::vector<OutputJob> outputs =
      plan_outputs("match", request.tomograms, match_outputs(request), request.common,
                   {request.template_file, request.mask, file_of_angles(request),
                    request.tilts.table, request.peaks.search_mask});
  if (request.extract_only) return extract_again(request, std::move(outputs), threads, observer);
  const TomogramMatcher matcher(request, threads);
  Batch batch("match", std::move(outputs), observer);
  batch.check([&](const OutputJob& output) { matcher.look(output, nullptr); });
  return batch.run([&](const OutputJob& output, Job& job) { return matcher.compute(output, job); },
                   [&](const OutputJob& output, Job& job, const Matched& matched) {
                     return matcher.write(output, job, matched);
                   });
}

}  // namespace dfe
