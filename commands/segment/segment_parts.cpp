// SPDX-License-Identifier: Apache-2.0
// How a tomogram's file meets the weights, see the header. Voxel sizes decide whether it does: a
// network knows particles of one size in voxels only.
#include "commands/segment/segment_parts.hpp"

#include <cmath>
#include <optional>

#include "commands/common/cubic_voxels.hpp"
#include "commands/common/read_options.hpp"
#include "commands/segment/contrast.hpp"
#include "commands/segment/wrong_kind.hpp"
#include "core/binning_note.hpp"
#include "core/class_names.hpp"
#include "core/memory.hpp"
#include "engine/adapted_volume.hpp"
#include "engine/inverted_volume.hpp"
#include "engine/resampled_labels.hpp"
#include "engine/rotated_volume.hpp"
#include "io/score_file.hpp"
#include "io/volume.hpp"

namespace dfe {
namespace {

constexpr double kMostVoxelDifference =
    0.05;  // beyond it the particles have another size than those of the training
constexpr double kSameVoxel = 0.005;  // below it resampling would only blur

std::string percent(double share) { return number_text(std::round(share * 1000) / 10) + " %"; }

/// Resamples, refuses or warns where the tomogram's voxels are not those the weights were trained
/// on.
std::unique_ptr<VolumeSource> match_voxel_size(std::unique_ptr<VolumeSource> volume,
                                               const Weights& weights, bool rescale, Job* job) {
  const std::string& path = volume->info().path;
  const VoxelSize voxel_size = volume->info().geometry.voxel_size;
  const double model = weights.voxel_size_angstrom, own = voxel_size.mean_angstrom();
  if (rescale && model <= 0)
    throw Error(ErrorKind::Usage, "segment", "--rescale",
                "the weights do not state the voxel size they were trained on", "leave it out");
  if (!rescale)
    check_cubic_voxels("segment", path, voxel_size,
                       model > 0 ? "make them cubic with --rescale, or correct a wrong voxel size "
                                   "with --voxel-size"
                                 : "resample the tomogram to the voxel size of the training");
  if (model <= 0) return volume;
  if (own <= 0) {
    if (rescale)
      throw Error(ErrorKind::Usage, "segment", path,
                  "--rescale needs the voxel size, which the file does not give",
                  "give --voxel-size");
    if (job)
      job->warn(path + ": voxel size unknown; results are right only if it is the " +
                number_text(model) + " Å of the weights. If it is, give --voxel-size " +
                number_text(model));
    return volume;
  }
  const double difference = std::abs(own / model - 1);
  if (rescale && (difference > kSameVoxel || voxel_size.is_anisotropic()))
    return resample_volume(std::move(volume), model);
  if (difference > kMostVoxelDifference)
    throw Error(
        "segment", path,
        "has a voxel size of " + number_text(own) + " Å, but the weights were trained on " +
            number_text(model) + " Å (" + percent(difference) + " difference)",
        "resample with --rescale, bin with --bin, or correct a wrong voxel size with --voxel-size");
  return volume;
}

/// What the header tells, and whether the volume is what it should be.
void warn_of_volume(const VolumeSource& volume, const std::string& path, bool rotate, Job& job) {
  const Extent3 n = volume.extent();
  std::vector<std::string> warnings = volume.info().warnings;
  if (rotate) std::erase_if(warnings, io::is_about_thin_y);
  job.warn(path, warnings);
  if (rotate && n.y >= n.z)
    job.warn(path + ": --rotate-x is for volumes whose thin axis is y, but this one has " +
             n.to_string() + " voxels (z, y, x)");
  if (looks_like_labels(volume))
    job.warn(path + ": looks like a label map (a few whole numbers), not like a tomogram");
}

/// Puts the output channels of the network into another order.
void renumber_classes(Weights& weights, const LabelMatch& match) {
  LayerWeights& last = weights.layers.back();
  const auto channels = static_cast<std::size_t>(weights.classes);
  const LayerWeights old = last;
  for (std::size_t i = 0; i < last.kernel.size(); i += channels)
    for (std::size_t c = 0; c < channels; ++c) last.kernel[i + match.label[c]] = old.kernel[i + c];
  for (std::size_t c = 0; c < channels; ++c) last.bias[match.label[c]] = old.bias[c];
}

Weights read_weights_for(const SegmentRequest& request) {
  const std::vector<std::string>& given = request.class_names;
  check_class_names(given, "segment", "--classes");
  Weights weights = read_network(request.weights);
  if (!given.empty() && static_cast<std::int64_t>(given.size()) != weights.classes)
    throw Error(
        ErrorKind::Usage, "segment", "--classes",
        std::to_string(given.size()) + " names for " + std::to_string(weights.classes) + " classes",
        "name every class, background first");
  const LabelMatch match = match_labels(
      all_classes(request.weights, weights.class_names, weights.classes),
      {given, "--classes", "--classes takes the names of the weights, in any order"}, "segment");
  if (given.empty()) return weights;
  renumber_classes(weights, match);
  weights.class_names = given;
  return weights;
}

}  // namespace

std::string labels_suffix(const SegmentRequest& request) {
  std::string suffix = "_labels." + (request.labels_format.empty() ? "mrc" : request.labels_format);
  io::check_volume_file_name(suffix);
  return suffix;
}

void check_labels_format(std::string_view area, const SegmentRequest& request,
                         const std::vector<OutputJob>& jobs, std::size_t which) {
  if (request.labels_format.empty()) return;
  for (const OutputJob& job : jobs) {
    const std::filesystem::path& output = job.outputs.at(which);
    if (output.empty())
      throw Error(ErrorKind::Usage, area, "--labels-format", "no label map is to be written",
                  "add --labels, or leave it out");
    if (!output.string().ends_with(labels_suffix(request)))
      throw Error(ErrorKind::Usage, area, "--labels-format",
                  "is for label maps in a folder, but '" + output.string() + "' is a file",
                  "leave it out: the file extension is the format");
  }
}

void record_options(io::RunRecord& record, const SegmentRequest& request) {
  const SegmentOptions& o = request.options;
  record.option("device", o.compute.device);
  record.option("instruction-set", o.compute.instruction_set);
  record.option("precision", precision_name(o.compute.precision));
  record.option("convolution", convolution_name(o.compute.convolution));
  record.option("memory", std::to_string(o.compute.memory_bytes));
  record.option("normalize",
                o.normalization ? normalization_name(*o.normalization) : "as the weights say");
  record.option("tiling", o.tiling == Tiling::Exact ? "exact" : "deepfinder");
  if (o.tiling == Tiling::DeepFinder) record.option("patch", std::to_string(o.deepfinder_patch));
  record.option("bin", std::to_string(request.bin));
  record.option("rescale", request.rescale ? "yes" : "no");
  record.option("rotate-x", request.rotate_x ? "yes" : "no");
  record.option("invert", request.invert ? "yes" : "no");
  record_read_options(record, request.common);
  record.input(request.weights);
}

FileSegmenter::FileSegmenter(const SegmentRequest& request)
    : request_(request),
      weights_(read_weights_for(request)),
      segmenter_(weights_, request.options) {}

void FileSegmenter::check(Batch& batch, Observer* observer,
                          const std::function<void(const OutputJob&, const OpenTomogram&)>& also) {
  std::exception_ptr refusal;  // of the whole request
  batch.check([&](const OutputJob& job) {
    if (refusal) return;
    const OpenTomogram tomogram = open(job.input, nullptr);
    if (also) also(job, tomogram);
    try {
      segmenter_.open_device(observer);
    } catch (const Error&) {
      refusal = std::current_exception();
      return;
    }
    try {
      segmenter_.plan(*tomogram.volume, !request_.scores.empty());
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::Usage) throw;
      refusal = std::current_exception();
    }
  });
  if (refusal) std::rethrow_exception(refusal);
}

OpenTomogram FileSegmenter::open(const std::string& tomogram, Job* job) const {
  OpenTomogram opened;
  opened.volume = open_tomogram(tomogram, read_options(request_.common), job == nullptr);
  opened.file = opened.volume->info().geometry;
  opened.bin = request_.bin;
  opened.rotated = request_.rotate_x;
  if (job) warn_of_volume(*opened.volume, tomogram, opened.rotated, *job);
  if (request_.invert) opened.volume = invert_volume(std::move(opened.volume));
  opened.volume = bin_volume(std::move(opened.volume), request_.bin);
  opened.labels = opened.volume->info().geometry;
  set_binning_note(opened.labels.labels,
                   request_.bin == 1
                       ? std::nullopt
                       : std::optional<BinningNote>({request_.bin, opened.file.extent}));
  if (opened.rotated) opened.volume = rotate_x(std::move(opened.volume));
  opened.volume = match_voxel_size(std::move(opened.volume), weights_, request_.rescale, job);
  return opened;
}

ClusterGrid OpenTomogram::grid() const {
  VolumeGeometry network = volume->info().geometry;
  // Cubic by intention: only that a tomogram has whole numbers of voxels makes edges differ.
  network.voxel_size = VoxelSize::cubic(network.voxel_size.mean_angstrom());
  const auto step = [this](std::int64_t from, std::int64_t to) {
    return static_cast<double>(bin) * static_cast<double>(from) / static_cast<double>(to);
  };
  const Extent3 n = rotated ? rotated_x(network.extent) : network.extent;
  return {file,
          network,
          {step(labels.extent.z, n.z), step(labels.extent.y, n.y), step(labels.extent.x, n.x)},
          rotated};
}

void FileSegmenter::warn_of_contrast(const VolumeSource& volume, Job& job) {
  segmenter_.open_device(&job);
  if (request_.options.tiling != Tiling::Exact || !looks_inverted(segmenter_, volume, &job)) return;
  job.warn(volume.info().path +
           ": the contrast looks inverted: the network is much surer of what it finds in the "
           "negative of this tomogram. If that is right, " +
           (request_.invert ? "leave --invert out" : "use --invert"));
}

LabelMap FileSegmenter::segment(const OpenTomogram& tomogram, const std::filesystem::path& scores,
                                Job& job) {
  job.record.stage("segment");
  std::optional<io::ScoreWriter> writer;
  ScoreSink sink;
  if (!scores.empty()) {
    const VolumeGeometry& grid =
        tomogram.on_own_grid() ? tomogram.labels : tomogram.volume->info().geometry;
    writer.emplace(scores, grid, weights_.classes, weights_.class_names, !request_.scores_float32);
    sink = [&](const Box3& box, std::int64_t classes, const float* values) {
      for (std::int64_t c = 0; c < classes; ++c)
        writer->write_box(c, box, values + c * box.extent.voxels());
    };
  }
  if (!contrast_known_) warn_of_contrast(*tomogram.volume, job);
  contrast_known_ = true;
  SegmentPlan plan;
  LabelMap map = segmenter_.segment(*tomogram.volume, sink, &job, &plan);
  job.record.device(plan.device);
  job.record.fact("planned_memory_bytes", static_cast<double>(plan.total_bytes()));
  job.record.fact("peak_memory_bytes", static_cast<double>(peak_memory_bytes()));
  if (writer) {
    writer->commit();
    job.guard(scores);
  }
  return map;
}

LabelMap FileSegmenter::written_map(LabelMap map, const OpenTomogram& tomogram) {
  if (tomogram.rotated) map.labels = rotate_x_back(map.labels);
  if (map.labels.extent() != tomogram.labels.extent)
    map.labels = resample_labels(map.labels, tomogram.labels.extent);
  map.geometry = tomogram.labels;
  return map;
}

}  // namespace dfe
