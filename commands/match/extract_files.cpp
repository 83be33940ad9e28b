// SPDX-License-Identifier: Apache-2.0
// `match --extract-only`: job records in, particle lists out. Records of pytom-match-pick are read,
// too, where the ids of orientations mean the same in both programs.
#include <algorithm>
#include <cmath>

#include "commands/common/list_frame.hpp"
#include "commands/common/read_options.hpp"
#include "commands/match/extract_particles.hpp"
#include "commands/match/match_outputs.hpp"
#include "commands/match/match_parts.hpp"
#include "core/file_names.hpp"
#include "io/match_job.hpp"
#include "io/orientation_file.hpp"
#include "match/orientations.hpp"
#include "match/point_group.hpp"

namespace dfe {

namespace {

Volume<float> read_kept(const std::filesystem::path& file, const Extent3& extent, Job& job) {
  const auto source = io::open_volume(file);
  if (source->extent() != extent)
    throw Error(
        "match", file.string(),
        "has " + source->extent().to_string() + " voxels, its job record " + extent.to_string(),
        "use the volumes that were written with the record");
  job.record.input(file);
  return io::read_volume(*source);
}

Volume<std::int32_t> ids_of(const Volume<float>& values, const std::filesystem::path& file) {
  const auto id_of = [&](float value) {
    if (!(value >= 0) || value >= 16777216.0F || std::floor(value) != value)
      throw Error("match", file.string(), "has voxels that are no ids of orientations",
                  "use the volume of angles that was written with the job record");
    return static_cast<std::int32_t>(value);
  };
  Volume<std::int32_t> ids(values.extent());
  std::transform(values.span().begin(), values.span().end(), ids.span().begin(), id_of);
  return ids;
}

std::vector<Rotation> orientations_of(const io::MatchJob& kept, const std::string& file) {
  const bool ours = kept.written_by.starts_with("dfengine");
  if (!ours && (kept.point_group != "C1" || !kept.angle_file.empty()))
    throw Error("match", file,
                "was made by " + kept.written_by + " with " +
                    (kept.angle_file.empty() ? "symmetry" : "a file of orientations"),
                "extract its particles with that program: ids mean other orientations there");
  const std::vector<Rotation> all = kept.step_deg > 0 ? match::healpix_orientations(kept.step_deg)
                                                      : io::read_orientations(kept.angle_file);
  std::vector<Rotation> list = match::reduced_by(match::point_group(kept.point_group), all);
  if (static_cast<std::int64_t>(list.size()) != kept.orientations)
    throw Error("match", file,
                "was made with " + std::to_string(kept.orientations) +
                    " orientations, its list has " + std::to_string(list.size()),
                "match the tomogram again");
  return list;
}

Length radius_of(const MatchRequest& request, const io::MatchJob& kept, const std::string& file) {
  if (request.peaks.radius) return *request.peaks.radius;
  if (kept.particle_diameter_angstrom > 0) return {kept.particle_diameter_angstrom / 2, true};
  throw Error(ErrorKind::Usage, "match", file, "has no particle diameter",
              "give --radius in voxels (8) or Å (110A)");
}

ScoredTomogram read_scored(const MatchRequest& request, const std::string& file, Job& job) {
  const io::MatchJob kept = io::read_match_job(file);
  ScoredTomogram scored;
  scored.tomogram = kept.tomogram;
  scored.geometry.extent = kept.tomogram_extent;
  if (kept.voxel_size_angstrom > 0)
    scored.geometry.voxel_size = VoxelSize::cubic(kept.voxel_size_angstrom);
  if (request.common.voxel_size_angstrom)
    scored.geometry.voxel_size = VoxelSize::cubic(*request.common.voxel_size_angstrom);
  scored.begin = kept.searched.begin;
  scored.radius = radius_of(request, kept, file);
  check_peak_options(request, scored.radius, scored.geometry);
  scored.orientations = orientations_of(kept, file);
  scored.map.scores = read_kept(kept.scores, kept.searched.extent, job);
  scored.map.ids = ids_of(read_kept(kept.angles, kept.searched.extent, job), kept.angles);
  scored.class_name = kept.class_name.empty() ? base_name(kept.template_file) : kept.class_name;
  return scored;
}

}  // namespace

CommandReport extract_again(const MatchRequest& request, std::vector<OutputJob> records,
                            int asked_threads, Observer* observer) {
  ThreadPool pool(request.compute.threads);
  Batch batch("match", std::move(records), observer);
  return batch.run(
      [&](const OutputJob& output, Job& job) {
        record_peak_options(job.record, request);
        job.threads(asked_threads);
        job.record.input(output.input);
        job.record.stage("read");
        const ScoredTomogram scored = read_scored(request, output.input, job);
        job.record.stage("extract");
        Extraction extraction = extract_particles(request, scored, pool, job);
        if (!extraction.threshold)
          throw Error("match", output.input, kNoThreshold, "give --threshold");
        return extraction;
      },
      [&](const OutputJob& output, Job& job, const Extraction& extraction) {
        return write_extraction(request, output, extraction, job);
      });
}

}  // namespace dfe
