// SPDX-License-Identifier: Apache-2.0
// Exact segmentation: the volume streams through the network one column after another; usually one
// column is the whole plane. ColumnInput reads voxels, ColumnOutput copies labels and scores, and
// segment_exactly runs the columns. `prepare` decides whether the network of an earlier tomogram
// can be used again, and BackendSegmenter, the base of the public Segmenter, keeps it. See
// docs/design/engine.md, "The path".
#include <algorithm>
#include <optional>
#include <utility>

#include "core/cancel.hpp"
#include "core/usable_threads.hpp"
#include "dfengine/segment.hpp"
#include "engine/deepfinder_tiling.hpp"
#include "engine/device.hpp"
#include "engine/executable.hpp"
#include "engine/normalize.hpp"
#include "engine/segment_plan.hpp"
#include "engine/segmenter.hpp"
#include "engine/tiles.hpp"

namespace dfe {

struct PreparedNetwork {
  Extent3 extent;
  VoxelType stored = VoxelType::Float32;
  bool with_scores = false;
  PlannedNetwork planned;
  std::optional<Executable>
      executable;  ///< for columns of one extent; those at the high ends are smaller
  Extent3 column;
};

namespace {

/// Copies what a column contributes to the label map, and hands its scores on.
class ColumnOutput {
 public:
  ColumnOutput(LabelMap& map, const Extent3& column, Piece y, Piece x, std::int64_t classes,
               const ScoreSink& sink, std::vector<float>& box)
      : map_(map), column_(column), y_(y), x_(x), classes_(classes), sink_(sink), box_(box) {
    y_.keep_end = std::min(y_.keep_end, map.labels.extent().y);  // crop the padding at the high end
    x_.keep_end = std::min(x_.keep_end, map.labels.extent().x);
  }

  void take(std::int64_t z_begin, std::int64_t z_end, const std::uint8_t* labels,
            const float* scores) {
    z_end = std::min(z_end, map_.labels.extent().z);
    const std::int64_t height = y_.keep_end - y_.keep_begin, width = x_.keep_end - x_.keep_begin;
    if (z_end <= z_begin || height <= 0 || width <= 0) return;
    const std::int64_t plane = column_.y * column_.x,
                       first = (y_.keep_begin - y_.begin) * column_.x + x_.keep_begin - x_.begin;
    for (std::int64_t z = z_begin; z < z_end; ++z)
      for (std::int64_t y = 0; y < height; ++y)
        std::copy_n(labels + (z - z_begin) * plane + first + y * column_.x, width,
                    &map_.labels(z, y_.keep_begin + y, x_.keep_begin));
    if (!scores) return;
    float* to = box_.data();
    for (std::int64_t c = 0; c < classes_; ++c)
      for (std::int64_t z = z_begin; z < z_end; ++z)
        for (std::int64_t y = 0; y < height; ++y, to += width)
          std::copy_n(scores + ((z - z_begin) * classes_ + c) * plane + first + y * column_.x,
                      width, to);
    sink_({{z_begin, y_.keep_begin, x_.keep_begin}, {z_end - z_begin, height, width}}, classes_,
          box_.data());
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
  ColumnInput(const VolumeSource& volume, const Normalizer& normalizer, const Extent3& column,
              std::int64_t y, std::int64_t x)
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
    for (std::int64_t y = 0; y < height_; ++y)
      std::copy_n(voxels_.data() + y * width_, width_, plane + y * column_.x);
  }

 private:
  const VolumeSource& volume_;
  const Normalizer& normalizer_;
  Extent3 column_;
  std::int64_t y_, x_, height_ = 0, width_ = 0;
  std::vector<float> voxels_;
};

void segment_exactly(const VolumeSource& tomogram, PreparedNetwork& prepared,
                     const Normalizer& normalizer, VoxelInput* voxels, LabelMap& map,
                     const ScoreSink& sink, Observer* observer) {
  const Network& network = *prepared.planned.network;
  const SegmentPlan& plan = prepared.planned.plan;
  const Extent3 e = tomogram.extent();
  const PlaneReach reach = plane_reach(network.graph(), network.grids());
  const std::vector<Piece> rows = cut_axis(padded(e.y), plan.tile.y, reach.y),
                           cols = cut_axis(padded(e.x), plan.tile.x, reach.x);
  const std::int64_t classes = network.graph().head().classes;
  std::vector<float> box(sink ? static_cast<std::size_t>(std::min(plan.slab_planes, padded(e.z)) *
                                                         plan.tile.y * plan.tile.x * classes)
                              : 0);
  std::int64_t planes_before = 0;
  const std::int64_t planes = static_cast<std::int64_t>(rows.size() * cols.size()) * padded(e.z);
  for (const Piece& y : rows)
    for (const Piece& x : cols) {
      if (!prepared.executable || prepared.column != Extent3{padded(e.z), y.size, x.size}) {
        prepared.column = {padded(e.z), y.size, x.size};
        prepared.executable.reset();  // its memory goes before the next one's comes
        prepared.executable.emplace(network, prepared.column, plan.slab_planes,
                                    static_cast<bool>(sink));
      }
      ColumnInput input(tomogram, normalizer, prepared.column, y.begin, x.begin);
      ColumnOutput output(map, prepared.column, y, x, classes, sink, box);
      const auto write = [&](std::int64_t begin, std::int64_t end, const std::uint8_t* labels,
                             const float* scores) { output.take(begin, end, labels, scores); };
      const auto progress = [&](std::int64_t done) {
        if (!observer) return;
        observer->progress("network", planes_before + done, planes);
        stop_if_cancelled(observer, "segment", tomogram.info().path);
      };
      if (voxels)
        prepared.executable->run(
            [&](const PlaneBuffer& to, std::int64_t z) {
              voxels->store_plane(to, z, input.box(z), normalizer.mean(), normalizer.scale());
            },
            write, progress);
      else
        prepared.executable->run([&](std::int64_t z, float* plane) { input.read(z, plane); }, write,
                                 progress);
      planes_before += prepared.column.z;
    }
}

/// Plans, unless `kept` holds what an earlier tomogram of the same kind left.
void prepare(Backend& backend, std::unique_ptr<PreparedNetwork>& kept, const VolumeSource& tomogram,
             const Weights& weights, const SegmentOptions& options, bool with_scores) {
  if (tomogram.extent().voxels() == 0)
    throw Error("segment", tomogram.info().path, "the volume has no voxels",
                "its extent is " + tomogram.extent().to_string());
  if (options.tiling != Tiling::Exact) check_deepfinder_patch(tomogram, options.deepfinder_patch);
  const VoxelType stored = tomogram.stored_format().type;
  if (kept && kept->extent == tomogram.extent() && kept->stored == stored &&
      kept->with_scores == with_scores)
    return;
  kept.reset();  // its memory goes before the next one's is planned
  PlannedNetwork planned = plan_network(tomogram, weights, backend, options, with_scores);
  plan_voxels(planned.plan, tomogram, backend,
              options.normalization.value_or(weights.normalization));
  kept = std::make_unique<PreparedNetwork>();
  PreparedNetwork& fresh = *kept;
  fresh.extent = tomogram.extent();
  fresh.stored = stored;
  fresh.with_scores = with_scores;
  fresh.planned = std::move(planned);
}

/// `kept` holds what an earlier tomogram left, and gets what this one leaves.
LabelMap segment_with(Backend& backend, std::unique_ptr<PreparedNetwork>& kept,
                      const VolumeSource& tomogram, const Weights& weights,
                      const SegmentOptions& options, const ScoreSink& scores, Observer* observer,
                      SegmentPlan* plan_out) {
  prepare(backend, kept, tomogram, weights, options, static_cast<bool>(scores));
  const Normalization kind = options.normalization.value_or(weights.normalization);
  const SegmentPlan& plan = kept->planned.plan;
  if (plan_out) *plan_out = plan;
  if (observer) observer->message(LogLevel::Info, plan.to_string());

  LabelMap map;
  map.geometry = tomogram.info().geometry;
  map.class_names = weights.class_names;
  map.labels = Volume<std::uint8_t>(tomogram.extent());
  if (options.tiling == Tiling::Exact) {
    // statistics of patches are the host's: they differ from voxel to voxel
    const auto voxels =
        kind == Normalization::Patch ? nullptr : backend.voxels(tomogram, plan.voxels_on_card);
    const Normalizer normalizer(tomogram, kind, observer, voxels.get());
    segment_exactly(tomogram, *kept, normalizer, voxels.get(), map, scores, observer);
  } else {
    segment_deepfinder_tiles(tomogram, *kept->planned.network, plan, kind, map, scores, observer);
  }
  return map;
}

}  // namespace

BackendSegmenter::BackendSegmenter(const Weights& weights, const SegmentOptions& options,
                                   std::unique_ptr<Backend> backend)
    : weights_(weights), options_(options), backend_(std::move(backend)) {}
BackendSegmenter::~BackendSegmenter() = default;

void BackendSegmenter::open_device(Observer* observer) {
  if (backend_) return;
  limit_threads(options_.compute, observer);
  std::string why;
  backend_ = make_backend(options_.compute, &why);
  if (observer && !why.empty()) observer->message(LogLevel::Debug, why);
}

LabelMap BackendSegmenter::segment(const VolumeSource& tomogram, const ScoreSink& scores,
                                   Observer* observer, SegmentPlan* plan) {
  open_device(observer);
  LabelMap map;
  try {
    map = segment_with(*backend_, prepared_, tomogram, weights_, options_, scores, observer, plan);
  } catch (...) {
    prepared_.reset();  // it stopped anywhere
    throw;
  }
  // the program's own memory is for what comes next; that of a GPU, where clustering has room
  // beside it, has no other use
  constexpr std::int64_t kClusteringBytes = 4;  // per voxel, amply
  if (backend_->card_bytes().value_or(0) < kClusteringBytes * tomogram.extent().voxels())
    prepared_.reset();
  return map;
}

void BackendSegmenter::plan(const VolumeSource& tomogram, bool with_scores) {
  open_device(nullptr);
  prepare(*backend_, prepared_, tomogram, weights_, options_, with_scores);
}

bool BackendSegmenter::on_card() const { return backend_ && backend_->card_bytes(); }

struct Segmenter::State : BackendSegmenter {
  using BackendSegmenter::BackendSegmenter;
};

Segmenter::Segmenter(const Weights& weights, const SegmentOptions& options)
    : state_(std::make_unique<State>(weights, options)) {}
Segmenter::~Segmenter() = default;
Segmenter::Segmenter(Segmenter&&) noexcept = default;

LabelMap Segmenter::segment(const VolumeSource& tomogram, const ScoreSink& scores,
                            Observer* observer, SegmentPlan* plan) {
  return state_->segment(tomogram, scores, observer, plan);
}

void Segmenter::open_device(Observer* observer) { state_->open_device(observer); }

void Segmenter::plan(const VolumeSource& tomogram, bool with_scores) {
  state_->plan(tomogram, with_scores);
}

bool Segmenter::on_card() const { return state_->on_card(); }

LabelMap segment_on(Backend& backend, const VolumeSource& tomogram, const Weights& weights,
                    const SegmentOptions& options, const ScoreSink& scores, Observer* observer,
                    SegmentPlan* plan) {
  std::unique_ptr<PreparedNetwork> prepared;
  return segment_with(backend, prepared, tomogram, weights, options, scores, observer, plan);
}

LabelMap segment(const VolumeSource& tomogram, const Weights& weights,
                 const SegmentOptions& options, const ScoreSink& scores, Observer* observer,
                 SegmentPlan* plan) {
  return Segmenter(weights, options).segment(tomogram, scores, observer, plan);
}

}  // namespace dfe
