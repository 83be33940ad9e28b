// SPDX-License-Identifier: Apache-2.0
// `match` from tomograms: templates are matched and their volumes written one after another, the
// particles are found when all have competed.
#include <cmath>
#include <span>

#include "commands/common/batch.hpp"
#include "commands/common/particle_files.hpp"
#include "commands/common/read_options.hpp"
#include "commands/match/calibration.hpp"
#include "commands/match/match_outputs.hpp"
#include "commands/match/match_parts.hpp"
#include "commands/match/match_record.hpp"
#include "commands/match/read_tomogram.hpp"
#include "commands/match/rotation_progress.hpp"
#include "core/text.hpp"
#include "core/usable_threads.hpp"
#include "match/angular_step.hpp"
#include "match/decoys.hpp"
#include "match/exact.hpp"
#include "match/matched_contrast.hpp"

namespace dfe {

namespace {

constexpr double kKeptScore = 0.88;  // docs/design/match_templates.md

/// A template on the grid of a tomogram.
struct PreparedTemplate {
  match::MatchTemplate searched;
  MatchAngles angles;
};

/// A tomogram that fits the request.
struct OpenTomogram {
  std::unique_ptr<VolumeSource> source;
  std::vector<PreparedTemplate> templates;
  match::ScoreOptions options;

  const VolumeGeometry& geometry() const { return source->info().geometry; }
};

/// What matching of one tomogram gave, besides the files that are written already.
struct Matched {
  Extraction extraction;
  std::vector<double> seconds;         ///< of each search
  std::vector<std::size_t> rotations;  ///< of each search
};

match::DecoyKind kind_of(MatchDecoy decoy) {
  return decoy == MatchDecoy::Mirrored    ? match::DecoyKind::Mirrored
         : decoy == MatchDecoy::Scrambled ? match::DecoyKind::Scrambled
                                          : match::DecoyKind::Sphere;
}

void write_ids(const std::filesystem::path& file, const Volume<std::int32_t>& ids,
               const VolumeGeometry& geometry) {
  Volume<float> values(ids.extent());
  std::copy(ids.span().begin(), ids.span().end(), values.span().begin());
  io::write_volume(file, values.view(), geometry);
}

/// What all tomograms share.
class TomogramMatcher {
 public:
  TomogramMatcher(const MatchRequest& request, int asked_threads)
      : request_(request),
        asked_threads_(asked_threads),
        tilts_(request.tilts),
        templates_(template_options(request)),
        searches_(searches_of(templates_, request.decoys)),
        threads_(usable_threads(request.compute.threads)),
        read_(read_options(request.common)) {
    for (const TemplateOptions& options : templates_)
      angles_.push_back(is_auto() ? MatchAngles{} : read_angles(request.angles, options.symmetry));
    list_options_.format = io::parse_list_format(request.list_format);
    list_options_.binning = request.output_binning;
  }

  const std::vector<TemplateOptions>& templates() const { return templates_; }
  const std::vector<MatchSearch>& searches() const { return searches_; }

  /// Reads the header of a tomogram, and the templates. Throws where they do not go together.
  OpenTomogram look(const OutputJob& output, Job* job) const {
    OpenTomogram open;
    open.source = job ? io::open_volume(output.input, read_) : io::open_header(output.input, read_);
    if (job) job->warn(output.input, open.source->info().warnings);
    const VolumeGeometry& geometry = open.geometry();
    check_voxels(request_, output.input, geometry.voxel_size);
    open.options.compute = request_.compute;
    open.options.compute.memory_bytes =
        memory_for(request_, searches_.size() > 1, geometry.extent, open.source->resident_bytes());
    for (std::size_t t = 0; t < templates_.size(); ++t) {
      check_peak_options(request_, templates_[t].radius, geometry);
      open.templates.push_back(prepare(t, geometry, open.options, job));
    }
    if (!request_.dry_run)
      check_list(output.outputs[0], list_options_, output.input, request_.tomogram_name, geometry);
    return open;
  }

  Matched compute(const OutputJob& output, Job& job) const {
    record_match_options(job.record, request_);
    record_peak_options(job.record, request_);
    for (const TemplateOptions& options : templates_) record_template(job.record, options);
    job.threads(asked_threads_);
    job.record.input(output.input);
    job.record.stage("read");
    OpenTomogram open = look(output, &job);
    const ScoredRegion region{output.input, open.geometry(), {{}, open.geometry().extent}};
    ThreadPool pool(threads_);
    Competition competition(request_, region, pool, job);
    open.options.searched = competition.search_mask();
    const Volume<std::uint8_t> valid = read_mask(request_.valid_mask, region, job);
    open.options.valid = valid.view();
    const Volume<float> tomogram = read_tomogram(request_, *open.source, valid);
    RotationProgress progress(job, all_rotations(open));
    Matched matched;
    for (std::size_t i = 0; i < searches_.size(); ++i)
      matched.seconds.push_back(
          search(output, i, open, tomogram.view(), progress, competition, job));
    for (const MatchSearch& search : searches_)
      matched.rotations.push_back(orientations(search, open).size());
    matched.extraction = competition.finish();
    warn_of_thresholds(output.input, matched.extraction, job);
    return matched;
  }

  Written write(const OutputJob& output, Job& job, Matched& matched) const {
    job.record.stage("write");
    Written written = write_extraction(request_, output, matched.extraction, job);
    const MatchOutputs files(output, false);
    for (std::size_t i = 0; i < searches_.size(); ++i) {
      Json& json = written.json["templates"][searches_[i].of];
      if (searches_[i].decoy) {
        json["decoy_jobs"].push_back(files.record(i).string());
        continue;
      }
      const std::string& name = searches_[i].label;
      const auto count = static_cast<double>(matched.rotations[i]);
      job.record.fact("orientations of " + name, count);
      job.record.fact("rotations_per_second of " + name, count / matched.seconds[i]);
      written.text += "  " + name + ": " + number_text(count) + " orientations, " +
                      number_text(count / matched.seconds[i]) + " per second\n";
      json["orientations"] = matched.rotations[i];
      json["rotations_per_second"] = count / matched.seconds[i];
      json["scores"] = files.scores(i).string();
      json["angles"] = files.angles(i).string();
      json["job"] = files.record(i).string();
    }
    return written;
  }

  /// Predicts the time of one tomogram.
  Written predict(const OutputJob& output, Job& job) const {
    OpenTomogram open = look(output, &job);
    const ScoredRegion region{output.input, open.geometry(), {{}, open.geometry().extent}};
    const Volume<std::uint8_t> mask = read_mask(request_.peaks.search_mask, region, job);
    open.options.searched = mask.view();
    const Volume<std::uint8_t> valid = read_mask(request_.valid_mask, region, job);
    open.options.valid = valid.view();
    const Volume<float> tomogram = read_tomogram(request_, *open.source, valid);
    double seconds = 0;
    std::int64_t tiles = 0, bytes = 0;
    for (const MatchSearch& one : searches_) {
      const match::MatchTemplate& searched = open.templates[one.of].searched;
      Calibration calibration(4 * threads_, &job);
      calibration.run([&](Observer* watched) {
        match::exact_scores(tomogram.view(), searched, orientations(one, open), open.options,
                            watched);
      });
      seconds += calibration.seconds();
      std::int64_t its_tiles = 0;
      for (const match::SearchPart& part :
           match::plan_search(region.box.extent, searched, open.options, threads_)) {
        its_tiles += part.plan.tiles.voxels();
        bytes = std::max(bytes, part.plan.bytes);
      }
      tiles = std::max(tiles, its_tiles);
    }
    const std::int64_t all = all_rotations(open);
    return {output.input + ": " + std::to_string(all) + " orientations, " + std::to_string(tiles) +
                (tiles == 1 ? " tile" : " tiles") + ", about " + number_text(std::ceil(seconds)) +
                " s with " + std::to_string(threads_) +
                (threads_ == 1 ? " thread\n" : " threads\n"),
            {{"input", output.input},
             {"orientations", all},
             {"tiles", tiles},
             {"tile_bytes", bytes},
             {"predicted_seconds", seconds}},
            {}};
  }

 private:
  bool is_auto() const { return request_.angles == "auto"; }

  /// Without a job only what is needed to see whether template and tomogram go together.
  PreparedTemplate prepare(std::size_t t, const VolumeGeometry& geometry,
                           const match::ScoreOptions& options, Job* job) const {
    PreparedTemplate prepared;
    prepared.searched = prepare_template(request_, templates_[t], tilts_, geometry, job);
    match::plan_tiles(geometry.extent, prepared.searched, options,
                      threads_);  // it must fit
    if (!job) return prepared;
    const std::string& name = templates_[t].name;
    prepared.angles = angles_[t];
    if (is_auto()) {
      const match::AngularStep step =
          match::automatic_step(prepared.searched, kKeptScore, request_.compute);
      prepared.angles = read_angles(number_text(step.step_deg), templates_[t].symmetry);
      job->message(LogLevel::Info, name + ": orientations " + number_text(step.step_deg) +
                                       " degrees apart, between which " +
                                       number_text(std::round(100 * step.kept)) +
                                       " % of the score is left");
      job->record.fact("step_deg of " + name, step.step_deg);
    }
    say_contrast(name, match::matched_contrast(prepared.searched), *job);
    return prepared;
  }

  void say_contrast(const std::string& name, match::Contrast contrast, Job& job) const {
    job.record.fact("contrast of " + name, contrast == match::Contrast::Bright ? "bright"
                                           : contrast == match::Contrast::Dark ? "dark"
                                                                               : "unclear");
    if (contrast == match::Contrast::Bright)
      job.message(LogLevel::Info, name +
                                      ": the template is brighter than what is around it; if "
                                      "particles are dark in the tomogram, " +
                                      (request_.invert ? "leave --invert out" : "add --invert"));
  }

  std::span<const Rotation> orientations(const MatchSearch& search,
                                         const OpenTomogram& open) const {
    const std::span<const Rotation> all = open.templates[search.of].angles.list;
    return search.decoy ? match::decoy_orientations(open.templates[search.of].searched,
                                                    kind_of(*search.decoy), all)
                        : all;
  }

  /// For all templates and decoys.
  std::int64_t all_rotations(const OpenTomogram& open) const {
    std::size_t all = 0;
    for (const MatchSearch& search : searches_) all += orientations(search, open).size();
    return static_cast<std::int64_t>(all);
  }

  /// Matches a template or a decoy, writes its volumes and lets it compete. Returns the seconds of
  /// matching.
  double search(const OutputJob& output, std::size_t i, const OpenTomogram& open,
                VolumeView<const float> tomogram, RotationProgress& progress,
                Competition& competition, Job& job) const {
    const MatchSearch& search = searches_[i];
    const TemplateOptions& options = templates_[search.of];
    const match::MatchTemplate* searched = &open.templates[search.of].searched;
    match::MatchTemplate decoy;
    if (search.decoy) {
      decoy = match::decoy_of(*searched, kind_of(*search.decoy));
      searched = &decoy;
    }
    const std::span<const Rotation> list = orientations(search, open);
    job.record.stage("match");
    progress.begin(static_cast<std::int64_t>(list.size()));
    const double begin = steady_seconds();
    match::ScoreMap map = match::exact_scores(tomogram, *searched, list, open.options, &progress);
    const double seconds = steady_seconds() - begin;
    job.record.stage("write");
    const MatchOutputs files(output, false);
    write_maps(files, i, map, open.geometry(), job);
    const std::filesystem::path mask = write_mask(files, search, *searched, open.geometry(), job);
    job.record.stage("extract");
    const std::string kind = search.decoy ? decoy_name(*search.decoy) : "";
    competition.add(
        {options.name, kind, {list.begin(), list.end()}, options.radius, std::move(map)});
    io::write_match_job(
        files.record(i),
        job_record(request_, output.input, open.geometry(),
                   {options, kind, open.templates[search.of].angles, list.size(), tilts_, *searched,
                    competition.last(), mask, files.scores(i), files.angles(i)}));
    job.wrote(files.record(i));
    return seconds;
  }

  static void write_maps(const MatchOutputs& files, std::size_t t, const match::ScoreMap& map,
                         const VolumeGeometry& geometry, Job& job) {
    io::write_volume(files.scores(t), map.scores.view(), geometry);
    job.wrote(files.scores(t));
    write_ids(files.angles(t), map.ids, geometry);
    job.wrote(files.angles(t));
  }

  /// The mask of a template as the job record names it: made from --mask-radius, it is written with
  /// the template and belongs to its decoys, too.
  std::filesystem::path write_mask(const MatchOutputs& files, const MatchSearch& search,
                                   const match::MatchTemplate& searched,
                                   const VolumeGeometry& tomogram, Job& job) const {
    if (!templates_[search.of].mask_radius) return templates_[search.of].mask;
    std::size_t place = 0;
    for (std::size_t t = 0; t < search.of; ++t)
      if (templates_[t].mask_radius) ++place;
    const std::filesystem::path& file = files.mask(searches_.size(), place);
    if (search.decoy) return file;
    VolumeGeometry geometry;
    geometry.extent = searched.mask.extent();
    geometry.voxel_size = tomogram.voxel_size;
    io::write_volume(file, searched.mask.view(), geometry);
    job.wrote(file);
    return file;
  }

  static void warn_of_thresholds(const std::string& tomogram, const Extraction& extraction,
                                 Job& job) {
    for (const TemplateScores& scores : extraction.templates)
      if (!scores.threshold)
        job.warn(tomogram + ": no threshold can be found for '" + scores.name + "': " +
                 kNoThreshold + "; none of it is listed until --extract-only gets --threshold");
  }

  const MatchRequest& request_;
  int asked_threads_;
  TiltWeights tilts_;
  std::vector<TemplateOptions> templates_;
  std::vector<MatchSearch> searches_;
  std::vector<MatchAngles> angles_;  ///< of each template; empty if they come from it
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

std::vector<OutputJob> plan(const MatchRequest& request, const TomogramMatcher& matcher) {
  std::vector<std::string> middles, masks,
      read{request.tilts.table, request.peaks.search_mask, request.valid_mask};
  if (!parse_as<double>(request.angles) && request.angles != "auto") read.push_back(request.angles);
  for (const TemplateOptions& options : matcher.templates())
    read.insert(read.end(), {options.file, options.mask});
  for (const MatchSearch& search : matcher.searches()) {
    middles.push_back(search.middle);
    if (!search.decoy && matcher.templates()[search.of].mask_radius) masks.push_back(search.middle);
  }
  return plan_outputs("match", request.tomograms,
                      match_outputs(request, middles, masks, request.tomograms.size() > 1),
                      request.common, read);
}

}  // namespace

CommandReport match_tomograms(const MatchRequest& request, int asked_threads, Observer* observer) {
  const TomogramMatcher matcher(request, asked_threads);
  if (request.dry_run) return predict_all(matcher, request, observer);
  Batch batch("match", plan(request, matcher), observer);
  batch.check([&](const OutputJob& output) { matcher.look(output, nullptr); });
  return batch.run([&](const OutputJob& output, Job& job) { return matcher.compute(output, job); },
                   [&](const OutputJob& output, Job& job, Matched& matched) {
                     return matcher.write(output, job, matched);
                   });
}

}  // namespace dfe
