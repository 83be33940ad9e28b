// SPDX-License-Identifier: Apache-2.0
// Exact segmentation: the volume streams through the network column by column; usually one column is the whole plane.
#include <algorithm>
#include <optional>

#include "engine/api/segment.hpp"
#include "engine/deepfinder_tiling.hpp"
#include "engine/device.hpp"
#include "engine/executable.hpp"
#include "engine/normalize.hpp"
#include "engine/segment_plan.hpp"
#include "engine/segmenter.hpp"
#include "engine/tiles.hpp"

namespace dfe {
namespace {

/// Copies what a column contributes to the label map, and hands its scores on.
class ColumnOutput {
 public:
  ColumnOutput(LabelMap& map, const Extent3& column, Piece y, Piece x, std::int64_t classes, const ScoreSink& sink, std::vector<float>& box)
      : map_(map), column_(column), y_(y), x_(x), classes_(classes), sink_(sink), box_(box) {
    y_.keep_end = std::min(y_.keep_end, map.labels.extent().y);  // crop the padding at the high end
    x_.keep_end = std::min(x_.keep_end, map.labels.extent().x);
  }

  void take(std::int64_t z_begin, std::int64_t z_end, const std::uint8_t* labels, const float* scores) {
    z_end = std::min(z_end, map_.labels.extent().z);
    const std::int64_t height = y_.keep_end - y_.keep_begin, width = x_.keep_end - x_.keep_begin;
    if (z_end <= z_begin || height <= 0 || width <= 0) return;
    const std::int64_t plane = column_.y * column_.x, first = (y_.keep_begin - y_.begin) * column_.x + x_.keep_begin - x_.begin;
    for (std::int64_t z = z_begin; z < z_end; ++z)
      for (std::int64_t y = 0; y < height; ++y)
        std::copy_n(labels + (z - z_begin) * plane + first + y * column_.x, width, &map_.labels(z, y_.keep_begin + y, x_.keep_begin));
    if (!scores) return;
    float* to = box_.data();
    for (std::int64_t c = 0; c < classes_; ++c)
      for (std::int64_t z = z_begin; z < z_end; ++z)
        for (std::int64_t y = 0; y < height; ++y, to += width)
          std::copy_n(scores + ((z - z_begin) * classes_ + c) * plane + first + y * column_.x, width, to);
    sink_({{z_begin, y_.keep_begin, x_.keep_begin}, {z_end - z_begin, height, width}}, classes_, box_.data());
  }

 private:
  LabelMap& map_;
  Extent3 column_;
  Piece y_, x_;
  std::int64_t classes_;
  const ScoreSink& sink_;
  std::vector<float>& box_;
};

/// One padded plane of a column: normalized voxels, zeros beyond the volume.
class ColumnInput {
 public:
  ColumnInput(const VolumeSource& volume, const Normalizer& normalizer, const Extent3& column, std::int64_t y, std::int64_t x)
      : volume_(volume), normalizer_(normalizer), column_(column), y_(y), x_(x) {
    const Extent3 e = volume.extent();
    height_ = std::min(column.y, e.y - y);
    width_ = std::min(column.x, e.x - x);
    voxels_.resize(static_cast<std::size_t>(height_ * width_));
  }

  /// What the volume has of plane z.
  Box3 box(std::int64_t z) const {
    if (z >= volume_.extent().z) return {};
    return {{z, y_, x_}, {1, height_, width_}};
  }

  void read(std::int64_t z, float* plane) {
    std::fill_n(plane, column_.y * column_.x, 0.0f);
    const Box3 box = this->box(z);
    if (box.extent.voxels() == 0) return;
    volume_.read_box(box, voxels_.data());
    normalizer_.apply(box, voxels_.data());
    for (std::int64_t y = 0; y < height_; ++y) std::copy_n(voxels_.data() + y * width_, width_, plane + y * column_.x);
  }

 private:
  const VolumeSource& volume_;
  const Normalizer& normalizer_;
  Extent3 column_;
  std::int64_t y_, x_, height_ = 0, width_ = 0;
  std::vector<float> voxels_;
};

void segment_exactly(const VolumeSource& tomogram, const Network& network, const SegmentPlan& plan, const Normalizer& normalizer,
                     VoxelInput* voxels, LabelMap& map, const ScoreSink& sink, Observer* observer) {
  const Extent3 e = tomogram.extent();
  const Reach reach = plane_reach(network.graph(), network.grids());
  const std::vector<Piece> rows = cut_axis(padded(e.y), plan.tile.y, reach), cols = cut_axis(padded(e.x), plan.tile.x, reach);
  std::optional<Executable> executable;  // for columns of one extent; those at the high ends are smaller
  Extent3 column;
  const std::int64_t classes = network.graph().head().classes;
  std::vector<float> box(sink ? static_cast<std::size_t>(std::min(plan.slab_planes, padded(e.z)) * plan.tile.y * plan.tile.x * classes)
                              : 0);
  std::int64_t planes_before = 0;
  const std::int64_t planes = static_cast<std::int64_t>(rows.size() * cols.size()) * padded(e.z);
  for (const Piece& y : rows)
    for (const Piece& x : cols) {
      if (!executable || column != Extent3{padded(e.z), y.size, x.size}) {
        column = {padded(e.z), y.size, x.size};
        executable.reset();  // its memory goes before the next one's comes
        executable.emplace(network, column, plan.slab_planes, static_cast<bool>(sink));
      }
      ColumnInput input(tomogram, normalizer, column, y.begin, x.begin);
      ColumnOutput output(map, column, y, x, classes, sink, box);
      const auto write = [&](std::int64_t begin, std::int64_t end, const std::uint8_t* labels, const float* scores) {
        output.take(begin, end, labels, scores);
      };
      const auto progress = [&](std::int64_t done) {
        if (!observer) return;
        observer->progress("network", planes_before + done, planes);
        if (observer->cancelled()) throw Error("segment", tomogram.info().path, "cancelled");
      };
      if (voxels)
        executable->run(
            [&](const PlaneBuffer& to, std::int64_t z) { voxels->store_plane(to, z, input.box(z), normalizer.mean(), normalizer.scale()); },
            write, progress);
      else
        executable->run([&](std::int64_t z, float* plane) { input.read(z, plane); }, write, progress);
      planes_before += column.z;
    }
}

}  // namespace

LabelMap segment_on(Backend& backend, const VolumeSource& tomogram, const Weights& weights, const SegmentOptions& options,
                    const ScoreSink& scores, Observer* observer, SegmentPlan* plan_out) {
  if (tomogram.extent().voxels() == 0)
    throw Error("segment", tomogram.info().path, "the volume has no voxels", "its extent is " + tomogram.extent().to_string());
  const bool exact = options.tiling == Tiling::Exact;
  if (!exact) check_deepfinder_patch(tomogram, options.deepfinder_patch);
  const Normalization kind = options.normalization.value_or(weights.normalization);
  auto [network_made, plan] = plan_network(tomogram, weights, backend, options, static_cast<bool>(scores));
  plan_voxels(plan, tomogram, backend, kind);
  const Network& network = *network_made;
  if (plan_out) *plan_out = plan;
  if (observer) observer->message(LogLevel::Info, plan.to_string());

  LabelMap map;
  map.geometry = tomogram.info().geometry;
  map.class_names = weights.class_names;
  map.labels = Volume<std::uint8_t>(tomogram.extent());
  if (exact) {
    // statistics of patches are the host's: they differ from voxel to voxel
    const auto voxels = kind == Normalization::Patch ? nullptr : backend.voxels(tomogram, plan.voxels_on_card);
    const Normalizer normalizer(tomogram, kind, observer, voxels.get());
    segment_exactly(tomogram, network, plan, normalizer, voxels.get(), map, scores, observer);
  } else {
    segment_deepfinder_tiles(tomogram, network, plan, kind, map, scores, observer);
  }
  return map;
}

LabelMap segment(const VolumeSource& tomogram, const Weights& weights, const SegmentOptions& options, const ScoreSink& scores,
                 Observer* observer, SegmentPlan* plan) {
  std::string why;
  const auto backend = make_backend(options, &why);
  if (observer && !why.empty()) observer->message(LogLevel::Debug, why);
  return segment_on(*backend, tomogram, weights, options, scores, observer, plan);
}

}  // namespace dfe
