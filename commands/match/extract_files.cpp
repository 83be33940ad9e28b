// SPDX-License-Identifier: Apache-2.0
// `match --extract-only`: job records in, particle lists out. Records of pytom-match-pick are read,
// too, where the ids of orientations mean the same in both programs.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "commands/common/batch.hpp"
#include "commands/common/list_frame.hpp"
#include "commands/match/match_outputs.hpp"
#include "commands/match/match_parts.hpp"
#include "commands/match/match_record.hpp"
#include "core/file_names.hpp"
#include "io/match_job.hpp"
#include "io/orientation_file.hpp"
#include "io/volume.hpp"
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
  if (kept.decoy == "sphere" && kept.orientations == 1) list.resize(1);
  if (static_cast<std::int64_t>(list.size()) != kept.orientations)
    throw Error("match", file,
                "was made with " + std::to_string(kept.orientations) +
                    " orientations, its list has " + std::to_string(list.size()),
                "match the tomogram again");
  return list;
}

/// A job record and its file.
struct KeptScores {
  std::string file;
  io::MatchJob job;

  std::string name() const {
    return job.class_name.empty() ? base_name(job.template_file) : job.class_name;
  }
  std::string label() const { return job.decoy.empty() ? name() : name() + "_" + job.decoy; }
};

/// The records of one tomogram.
using KeptTomogram = std::vector<KeptScores>;

/// Groups records by their tomograms, both in the order of the request.
std::vector<KeptTomogram> read_records(const std::vector<std::string>& files) {
  std::vector<KeptTomogram> tomograms;
  for (const std::string& file : files) {
    check_input("match", file);
    KeptScores kept{file, io::read_match_job(file)};
    const auto same = [&](const KeptTomogram& t) {
      return t.front().job.tomogram == kept.job.tomogram;
    };
    const auto found = std::find_if(tomograms.begin(), tomograms.end(), same);
    if (found == tomograms.end())
      tomograms.push_back({std::move(kept)});
    else
      found->push_back(std::move(kept));
  }
  return tomograms;
}

/// Puts decoys after their templates. Throws where a template is missing or is there twice.
void sort_records(KeptTomogram& tomogram) {
  KeptTomogram sorted;
  for (const KeptScores& target : tomogram) {
    if (!target.job.decoy.empty()) continue;
    sorted.push_back(target);
    for (const KeptScores& decoy : tomogram)
      if (!decoy.job.decoy.empty() && decoy.name() == target.name()) sorted.push_back(decoy);
  }
  std::set<std::string> labels;
  for (const KeptScores& kept : sorted)
    if (!labels.insert(kept.label()).second)
      throw Error(ErrorKind::Usage, "match", kept.file,
                  "is a second record of '" + kept.label() + "' in this tomogram",
                  "give one record for each template");
  for (const KeptScores& kept : tomogram)
    if (labels.count(kept.label()) == 0)
      throw Error(ErrorKind::Usage, "match", kept.file,
                  "is of a decoy of '" + kept.name() + "', whose own record is missing",
                  "give that, too");
  tomogram = std::move(sorted);
}

std::vector<std::string> labels_of(const KeptTomogram& tomogram) {
  std::vector<std::string> labels;
  for (const KeptScores& kept : tomogram) labels.push_back(kept.label());
  return labels;
}

/// Records of one tomogram must be of one region, and all tomograms must have the same templates.
void check_records(const std::vector<KeptTomogram>& tomograms) {
  for (const KeptTomogram& tomogram : tomograms) {
    const KeptScores& first = tomogram.front();
    for (const KeptScores& kept : tomogram)
      if (kept.job.searched != first.job.searched ||
          kept.job.tomogram_extent != first.job.tomogram_extent)
        throw Error(ErrorKind::Usage, "match", kept.file,
                    "is of another part of the tomogram than '" + first.file + "'",
                    "match all templates in the same part");
    if (labels_of(tomogram) != labels_of(tomograms.front()))
      throw Error(ErrorKind::Usage, "match", first.file,
                  "there are not the same templates for each tomogram",
                  "give records of the same templates in the same order");
  }
}

Length radius_of(const MatchRequest& request, const KeptScores& kept) {
  if (const Length* radius = value_for(request.peaks.radii, kept.name())) return *radius;
  if (kept.job.particle_diameter_angstrom > 0)
    return {kept.job.particle_diameter_angstrom / 2, true};
  throw Error(ErrorKind::Usage, "match", kept.file, "has no particle diameter",
              "give --radius in voxels (8) or Å (110A)");
}

ScoredRegion region_of(const MatchRequest& request, const KeptScores& kept) {
  ScoredRegion region{kept.job.tomogram, {}, kept.job.searched};
  region.geometry.extent = kept.job.tomogram_extent;
  if (kept.job.voxel_size_angstrom > 0)
    region.geometry.voxel_size = VoxelSize::cubic(kept.job.voxel_size_angstrom);
  if (request.common.voxel_size_angstrom)
    region.geometry.voxel_size = VoxelSize::cubic(*request.common.voxel_size_angstrom);
  return region;
}

Extraction extract(const MatchRequest& asked, const KeptTomogram& tomogram, ThreadPool& pool,
                   Job& job) {
  MatchRequest request = asked;
  if (request.peaks.search_mask.empty())  // outside there are no scores
    request.peaks.search_mask = tomogram.front().job.search_mask.string();
  const ScoredRegion region = region_of(request, tomogram.front());
  Competition competition(request, region, pool, job);
  for (const KeptScores& kept : tomogram) {
    job.record.stage("read");
    job.record.input(kept.file);
    const Extent3& extent = region.box.extent;
    ScoredTemplate scored{kept.name(),
                          kept.job.decoy,
                          orientations_of(kept.job, kept.file),
                          radius_of(request, kept),
                          {}};
    check_peak_options(request, scored.radius, region.geometry);
    scored.map.scores = read_kept(kept.job.scores, extent, job);
    scored.map.ids = ids_of(read_kept(kept.job.angles, extent, job), kept.job.angles);
    job.record.stage("extract");
    competition.add(std::move(scored));
    if (!competition.last().threshold)
      throw Error("match", kept.file,
                  "no threshold can be found for '" + kept.name() + "': " + kNoThreshold,
                  "give --threshold");
  }
  return competition.finish();
}

/// What file names have after the prefix, as in `MatchSearch`.
std::vector<std::string> middles_of(const KeptTomogram& tomogram) {
  const bool one = std::all_of(tomogram.begin(), tomogram.end(), [&](const KeptScores& kept) {
    return kept.name() == tomogram.front().name();
  });
  std::vector<std::string> middles;
  for (const KeptScores& kept : tomogram) {
    const std::string decoy = kept.job.decoy.empty() ? "" : "_" + kept.job.decoy;
    middles.push_back(one ? decoy : "_" + kept.label());
  }
  return middles;
}

std::vector<OutputJob> plan(const MatchRequest& request,
                            const std::vector<KeptTomogram>& tomograms) {
  std::vector<std::string> inputs, others{request.peaks.search_mask};
  std::map<std::string, std::string> names;  // of tomograms, by the first record
  for (const KeptTomogram& tomogram : tomograms) {
    inputs.push_back(tomogram.front().file);
    names[inputs.back()] = base_name(tomogram.front().job.tomogram);
    for (const KeptScores& kept : tomogram)
      others.insert(others.end(), {kept.file, kept.job.scores.string(), kept.job.angles.string()});
  }
  const auto name_of = [names](const std::string& input) { return names.at(input); };
  return plan_outputs(
      "match", inputs,
      match_outputs(request, middles_of(tomograms.front()), {}, tomograms.size() > 1, name_of),
      request.common, others);
}

}  // namespace

CommandReport extract_again(const MatchRequest& request, int asked_threads, Observer* observer) {
  refuse_repeated("match", request.tomograms);
  std::vector<KeptTomogram> tomograms = read_records(request.tomograms);
  for (KeptTomogram& tomogram : tomograms) sort_records(tomogram);
  check_records(tomograms);
  std::vector<std::string> names;
  for (const KeptScores& kept : tomograms.front())
    if (kept.job.decoy.empty()) names.push_back(kept.name());
  check_names(request.peaks.radii, "--radius", names);
  if (request.competition == MatchCompetition::ZScore && names.size() < 2)
    throw Error(ErrorKind::Usage, "match", "--compete-by", "needs several templates",
                "give the job records of all templates");
  check_name_pattern("match", request.tomogram_name, tomograms.size());
  ThreadPool pool(request.compute.threads);
  Batch batch("match", plan(request, tomograms), observer);
  return batch.run(
      [&](const OutputJob& output, Job& job) {
        record_peak_options(job.record, request);
        job.threads(asked_threads);
        const auto is_first = [&](const KeptTomogram& t) { return t.front().file == output.input; };
        return extract(request, *std::find_if(tomograms.begin(), tomograms.end(), is_first), pool,
                       job);
      },
      [&](const OutputJob& output, Job& job, Extraction& extraction) {
        return write_extraction(request, output, extraction, job);
      });
}

}  // namespace dfe
