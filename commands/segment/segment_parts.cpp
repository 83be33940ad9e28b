// SPDX-License-Identifier: Apache-2.0
#include "commands/segment/segment_parts.hpp"

#include <cmath>
#include <optional>

#include "commands/common/particle_files.hpp"
#include "core/memory.hpp"
#include "engine/adapted_volume.hpp"
#include "io/score_file.hpp"
#include "io/volume.hpp"
#include "io/weights_file.hpp"

namespace dfe {
namespace {

constexpr double kMostVoxelDifference =
    0.05;  // beyond it the particles have another size than those of the training
constexpr double kSameVoxel = 0.005;  // below it resampling would only blur

std::string percent(double share) { return number_text(std::round(share * 1000) / 10) + " %"; }

/// Resamples, refuses or warns where the tomogram's voxels are not those the weights were trained
/// on.
std::unique_ptr<VolumeSource> match_voxel_size(std::unique_ptr<VolumeSource> volume,
                                               const Weights& weights, bool rescale,
                                               Observer* observer) {
  const std::string& path = volume->info().path;
  const double model = weights.voxel_size_angstrom,
               own = volume->info().geometry.voxel_size.mean_angstrom();
  if (model <= 0) {
    if (rescale)
      throw Error(ErrorKind::Usage, "segment", "--rescale",
                  "the weights do not say which voxel size they were trained on", "leave it out");
    return volume;
  }
  if (own <= 0) {
    if (rescale)
      throw Error(ErrorKind::Usage, "segment", path,
                  "--rescale needs the voxel size, which the file does not tell",
                  "give --voxel-size");
    if (observer)
      observer->message(LogLevel::Warning, path + ": voxel size unknown; taken to be the " +
                                               number_text(model) +
                                               " Å of the weights (--voxel-size tells)");
    return volume;
  }
  const double difference = std::abs(own / model - 1);
  if (rescale && difference > kSameVoxel) return resample_volume(std::move(volume), model);
  if (difference > kMostVoxelDifference)
    throw Error("segment", path,
                "voxels of " + number_text(own) + " Å, weights trained on " + number_text(model) +
                    " Å: " + percent(difference) + " apart",
                "resample with --rescale, bin with --bin, or correct the size with --voxel-size");
  return volume;
}

}  // namespace

Weights read_weights_for(const SegmentRequest& request) {
  Weights weights = io::read_weights(request.weights);
  if (!request.class_names.empty()) {
    if (static_cast<std::int64_t>(request.class_names.size()) != weights.classes)
      throw Error(ErrorKind::Usage, "segment", "--classes",
                  std::to_string(request.class_names.size()) + " names for " +
                      std::to_string(weights.classes) + " classes",
                  "name every class, background first");
    weights.class_names = request.class_names;
  }
  return weights;
}

void record_options(io::RunRecord& record, const SegmentRequest& request) {
  const SegmentOptions& o = request.options;
  record.option("device", o.compute.device);
  record.option("instruction-set", o.compute.instruction_set);
  record.option("precision", precision_name(o.compute.precision));
  record.option("convolution", convolution_name(o.compute.convolution));
  record.option("threads", std::to_string(o.compute.threads));
  record.option("memory", std::to_string(o.compute.memory_bytes));
  record.option("normalize",
                o.normalization ? normalization_name(*o.normalization) : "as the weights say");
  record.option("tiling", o.tiling == Tiling::Exact ? "exact" : "deepfinder");
  if (o.tiling == Tiling::DeepFinder) record.option("patch", std::to_string(o.deepfinder_patch));
  record.option("bin", std::to_string(request.bin));
  record.option("rescale", request.rescale ? "yes" : "no");
  if (request.common.voxel_size_angstrom)
    record.option("voxel-size", number_text(*request.common.voxel_size_angstrom));
  record.input(request.weights);
}

LabelMap segment_file(const std::string& tomogram, Segmenter& segmenter, const Weights& weights,
                      const SegmentRequest& request, const std::filesystem::path& scores,
                      io::RunRecord& record, Observer* observer) {
  record.stage("open");
  record.input_beside(tomogram);
  io::VolumeReadOptions read;
  read.voxel_size_angstrom = request.common.voxel_size_angstrom;
  std::unique_ptr<VolumeSource> volume = io::open_volume(tomogram, read);
  for (const std::string& warning : volume->info().warnings) {
    record.warning(warning);
    if (observer) observer->message(LogLevel::Warning, tomogram + ": " + warning);
  }
  volume = bin_volume(std::move(volume), request.bin);
  const VolumeGeometry geometry = volume->info().geometry;
  volume = match_voxel_size(std::move(volume), weights, request.rescale, observer);
  const bool resampled = volume->extent() != geometry.extent;
  if (resampled && !scores.empty())
    throw Error(ErrorKind::Usage, "segment", "--scores",
                "cannot go with --rescale: scores are not resampled back",
                "resample the tomogram first, or leave the scores out");

  record.stage("segment");
  std::optional<io::ScoreWriter> writer;
  ScoreSink sink;
  if (!scores.empty()) {
    writer.emplace(scores, geometry, weights.classes, weights.class_names, !request.scores_float32);
    sink = [&](const Box3& box, std::int64_t classes, const float* values) {
      for (std::int64_t c = 0; c < classes; ++c)
        writer->write_box(c, box, values + c * box.extent.voxels());
    };
  }
  SegmentPlan plan;
  LabelMap map = segmenter.segment(*volume, sink, observer, &plan);
  record.device(plan.device);
  record.fact("planned_memory_bytes", static_cast<double>(plan.total_bytes()));
  record.fact("peak_memory_bytes", static_cast<double>(peak_memory_bytes()));
  if (writer) writer->commit();
  if (resampled) map.labels = resample_labels(map.labels, geometry.extent);
  map.geometry = geometry;
  return map;
}

}  // namespace dfe
