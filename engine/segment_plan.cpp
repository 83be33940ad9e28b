// SPDX-License-Identifier: Apache-2.0
// How a tomogram is cut so that a run keeps to its memory limit: the memory and work of one cut
// (Common::with); all sensible cuts (cuts) and the first that fits (plan_columns); DeepFinder's
// patches, whose size is the user's (plan_patches); and plan_network, which also decides whether
// the first skip is kept or computed twice. Cuts are sorted by the work they cost. The planes per
// step are halved before planes are cut, because that costs no work. See docs/design/engine.md,
// "Why streaming is exact, and what it costs".
#include "engine/segment_plan.hpp"

#include <algorithm>
#include <optional>

#include "core/memory.hpp"
#include "core/usable_threads.hpp"
#include "engine/device.hpp"
#include "engine/executable.hpp"
#include "engine/tiles.hpp"

namespace dfe {
namespace {

/// Memory that a run needs beyond what is planned byte by byte: stacks, file buffers, the
/// allocator's slack.
constexpr std::int64_t kSlackBytes = std::int64_t{24} << 20;
/// On a GPU: workspace of its libraries and planes on their way.
constexpr std::int64_t kCardSlackBytes = std::int64_t{512} << 20;

/// Bytes of a GPU that plans may use.
std::int64_t usable_bytes(const Backend& backend) {
  return backend.card_bytes().value_or(0) / 20 * 19;
}

std::string megabytes(std::int64_t bytes) {
  return std::to_string((bytes + (1 << 20) - 1) >> 20) + " MiB";
}

/// Voxels along an axis that are computed, overlaps counted as often as they are.
std::int64_t computed(const std::vector<Piece>& pieces) {
  std::int64_t sum = 0;
  for (const Piece& piece : pieces) sum += piece.size;
  return sum;
}

/// What is the same for every way to cut the volume.
struct Common {
  const Network& network;
  Extent3 padded_extent;
  PlaneReach reach;
  bool with_scores;
  SegmentPlan plan;  // device, extent, label, source and base bytes filled in

  bool on_card() const { return network.backend().card_bytes().has_value(); }

  /// Fills in what streaming planes of `tile` takes, in the program's memory and on a GPU;
  /// `staging` is the program's in any case.
  void add_memory(SegmentPlan& result, const Extent3& tile, std::int64_t slab, bool scores,
                  std::int64_t staging) const {
    const Schedule schedule = plan_schedule(network.graph(), tile.z, slab, network.plane_groups(),
                                            network.backend().contiguous_planes());
    const MemoryPlan memory = plan_memory(network.graph(), schedule, network.backend(), tile, slab,
                                          scores, network.results_in_flight());
    const std::int64_t arena = static_cast<std::int64_t>(memory.arena_bytes),
                       held = static_cast<std::int64_t>(network.bytes()),
                       shared = static_cast<std::int64_t>(network.workspace_bytes(tile, slab));
    result.workspace_bytes = static_cast<std::int64_t>(memory.staging_bytes) + staging;
    if (on_card()) {
      result.card_bytes = arena + held + shared + kCardSlackBytes;
    } else {
      result.activation_bytes = arena;
      result.workspace_bytes += held + shared;
    }
  }

  /// The plan with planes cut into columns of height x width, streaming `slab` planes at a time.
  SegmentPlan with(std::int64_t height, std::int64_t width, std::int64_t slab) const {
    SegmentPlan result = plan;
    result.slab_planes = slab;
    result.tile = {1, height, width};
    const std::vector<Piece> rows = cut_axis(padded_extent.y, height, reach.y),
                             columns = cut_axis(padded_extent.x, width, reach.x);
    result.columns = static_cast<std::int64_t>(rows.size() * columns.size());
    result.work_factor = static_cast<double>(computed(rows) * computed(columns)) /
                         static_cast<double>(padded_extent.y * padded_extent.x);
    // besides the staging of the executable: one plane as it is read, one box of scores as it is
    // handed on
    add_memory(result, {padded_extent.z, height, width}, slab, with_scores,
               padded_extent.y * padded_extent.x * 4 +
                   (with_scores ? slab * height * width * network.graph().head().classes * 4 : 0));
    return result;
  }
};

/// Rows of work at quarter resolution that keep all threads busy.
std::int64_t preferred_slab(const Extent3& padded_extent, int threads) {
  std::int64_t slab = 1;
  while (slab < padded_extent.z &&
         std::max<std::int64_t>(slab / 4, 1) * (padded_extent.y / 4) < 16 * threads)
    slab *= 2;
  return slab;
}

/// Every sensible cut of the plane: (height, width) pairs in order of the work they cost.
std::vector<std::pair<std::int64_t, std::int64_t>> cuts(const Extent3& padded_extent,
                                                        const PlaneReach& plane) {
  const auto sizes = [](std::int64_t length, const Reach& reach) {
    std::vector<std::int64_t> result{length};
    for (std::int64_t count = 2;
         result.back() > reach.low + reach.multiple + reach.high && count <= 64; ++count) {
      const std::int64_t size = piece_size(length, count, reach);
      if (size < result.back()) result.push_back(size);
    }
    return result;
  };
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs;
  for (const std::int64_t height : sizes(padded_extent.y, plane.y))
    for (const std::int64_t width : sizes(padded_extent.x, plane.x))
      pairs.emplace_back(height, width);
  const auto work = [&](const std::pair<std::int64_t, std::int64_t>& p) {
    return computed(cut_axis(padded_extent.y, p.first, plane.y)) *
           computed(cut_axis(padded_extent.x, p.second, plane.x));
  };
  std::stable_sort(pairs.begin(), pairs.end(),
                   [&](const auto& a, const auto& b) { return work(a) < work(b); });
  return pairs;
}

Common common_of(const VolumeSource& tomogram, const Network& network, bool with_scores) {
  const Extent3 extent = tomogram.extent();
  Common common{network,
                {padded(extent.z), padded(extent.y), padded(extent.x)},
                plane_reach(network.graph(), network.grids()),
                with_scores,
                {}};
  common.plan.device = network.backend().description();
  common.plan.extent = extent;
  common.plan.label_bytes = extent.voxels();
  common.plan.source_bytes = tomogram.resident_bytes();
  // what the process holds already contains the weights and the source
  common.plan.base_bytes =
      std::max<std::int64_t>(
          resident_memory_bytes() - tomogram.resident_bytes() -
              (common.on_card() ? 0 : static_cast<std::int64_t>(network.bytes())),
          0) +
      kSlackBytes;
  return common;
}

/// Patches of DeepFinder's own way. Throws a usage `Error` where the budget is too small: their
/// size is the user's choice.
SegmentPlan plan_patches(const Common& common, const SegmentOptions& options, std::int64_t slab) {
  const std::int64_t side = options.deepfinder_patch,
                     classes = common.network.graph().head().classes;
  const Extent3 tile{side, side, side}, extent = common.plan.extent;
  SegmentPlan plan = common.plan;
  plan.slab_planes = slab;
  plan.tile = tile;
  // the averaged scores of the volume in half precision and a counter per voxel; one patch of input
  // and of scores
  common.add_memory(plan, tile, slab, true,
                    extent.voxels() * (2 * classes + 1) + tile.voxels() * 4 +
                        (common.with_scores ? extent.y * extent.x * classes * 4 : 0));
  if (options.compute.memory_bytes > 0 && plan.total_bytes() > options.compute.memory_bytes)
    throw Error(ErrorKind::Usage, "memory", megabytes(options.compute.memory_bytes),
                "the DeepFinder tiling needs " + megabytes(plan.total_bytes()),
                "raise the limit, or use a smaller --patch or --tiling exact");
  return plan;
}

/// The plan that costs the least work of those that keep to the budget, here and on a GPU. Throws
/// a usage `Error` that names `path` where there is none.
SegmentPlan plan_columns(const Common& common, const std::string& path,
                         const SegmentOptions& options, std::int64_t preferred) {
  std::int64_t budget = options.compute.memory_bytes;
  if (budget <= 0) budget = available_memory_bytes() / 10 * 9 + resident_memory_bytes();
  const std::int64_t card = usable_bytes(common.network.backend());
  std::optional<SegmentPlan> smallest;
  for (const auto& [height, width] : cuts(common.padded_extent, common.reach))
    for (std::int64_t slab = preferred;; slab = std::max<std::int64_t>(slab / 2, 1)) {
      const SegmentPlan plan = common.with(height, width, slab);
      if (plan.total_bytes() <= budget && plan.card_bytes <= card) return plan;
      if (!smallest ||
          plan.total_bytes() + plan.card_bytes < smallest->total_bytes() + smallest->card_bytes)
        smallest = plan;
      if (slab == 1 || options.slab_planes > 0) break;
    }
  const bool card_too_small = smallest->card_bytes > card;
  throw Error(ErrorKind::Usage, "memory",
              card_too_small ? megabytes(card) + " of the GPU" : megabytes(budget),
              "is too little for " + path + " of " + common.plan.extent.to_string() + " voxels",
              card_too_small
                  ? "at least " + megabytes(smallest->card_bytes) + " are needed; use --device cpu"
                  : "at least " + megabytes(smallest->total_bytes()) +
                        " are needed; raise --memory or free some memory");
}

}  // namespace

Graph graph_of(const Weights& weights, FirstSkip first_skip) {
  return deepfinder_graph({weights.widths, weights.classes, first_skip});
}

SegmentPlan plan_segment(const VolumeSource& tomogram, const Network& network,
                         const SegmentOptions& options, bool with_scores) {
  const Common common = common_of(tomogram, network, with_scores);
  std::int64_t slab = options.slab_planes;
  if (slab <= 0) slab = network.backend().preferred_slab_planes();
  if (slab <= 0) slab = preferred_slab(common.padded_extent, network.backend().threads());
  if (options.tiling == Tiling::DeepFinder) return plan_patches(common, options, slab);
  if (!options.tile) return plan_columns(common, tomogram.info().path, options, slab);
  return common.with(std::min(options.tile->y, common.padded_extent.y),
                     std::min(options.tile->x, common.padded_extent.x), slab);
}

PlannedNetwork plan_network(const VolumeSource& tomogram, const Weights& weights, Backend& backend,
                            const SegmentOptions& options, bool with_scores) {
  const bool exact = options.tiling == Tiling::Exact;
  const std::int64_t widest =
      std::max(padded(tomogram.extent().x), exact ? std::int64_t{4} : options.deepfinder_patch);
  const auto plan_with = [&](FirstSkip first_skip) {
    PlannedNetwork planned{
        std::make_unique<Network>(graph_of(weights, first_skip), weights, backend, widest), {}};
    planned.plan = plan_segment(tomogram, *planned.network, options, with_scores);
    planned.plan.first_skip = first_skip;
    constexpr Extent3 kUnit{4, 4, 4};  // whole at every level; only the ratio counts
    planned.plan.work_factor *=
        planned.network->graph().flop(kUnit) / graph_of(weights).flop(kUnit);
    return planned;
  };
  if (!exact) return plan_with(FirstSkip::Keep);
  if (options.first_skip) return plan_with(*options.first_skip);
  std::optional<PlannedNetwork> kept;
  try {
    kept = plan_with(FirstSkip::Keep);
  } catch (const Error&) {  // too little memory, perhaps enough for the other way
  }
  if (kept && kept->plan.columns == 1) return std::move(*kept);
  PlannedNetwork recomputed = plan_with(FirstSkip::Recompute);
  return kept && kept->plan.work_factor <= recomputed.plan.work_factor ? std::move(*kept)
                                                                       : std::move(recomputed);
}

SegmentPlan plan_segment(const VolumeSource& tomogram, const Weights& weights,
                         const SegmentOptions& options, bool with_scores) {
  ComputeOptions compute = options.compute;
  limit_threads(compute, nullptr);
  const auto backend = make_backend(compute);
  SegmentPlan plan = plan_network(tomogram, weights, *backend, options, with_scores).plan;
  plan_voxels(plan, tomogram, *backend, options.normalization.value_or(weights.normalization));
  return plan;
}

void plan_voxels(SegmentPlan& plan, const VolumeSource& tomogram, const Backend& backend,
                 Normalization normalization) {
  if (plan.tile.z > 1 || normalization == Normalization::Patch)
    return;  // these are the host's to normalize
  const std::int64_t bytes =
      tomogram.extent().voxels() * voxel_bytes(tomogram.stored_format().type);
  if (plan.card_bytes == 0 || bytes > usable_bytes(backend) - plan.card_bytes) return;
  plan.card_bytes += bytes;
  plan.voxels_on_card = true;
}

std::string SegmentPlan::to_string() const {
  std::string text = "device " + device + "; " + extent.to_string() + " voxels (z, y, x), " +
                     std::to_string(slab_planes) + " planes per step, ";
  if (tile.z > 1)
    text += "patches of " + tile.to_string();
  else if (columns == 1)
    text += "whole planes";
  else
    text += std::to_string(columns) + " columns of " + std::to_string(tile.y) + "x" +
            std::to_string(tile.x) + " (work x" + std::to_string(work_factor).substr(0, 4) + ")";
  if (first_skip == FirstSkip::Recompute) text += ", first skip computed twice";
  if (first_skip == FirstSkip::Half) text += ", first skip in 16 bits";
  return text + "; memory " + megabytes(total_bytes()) + ": tensors " +
         megabytes(activation_bytes) + ", workspace " + megabytes(workspace_bytes) + ", labels " +
         megabytes(label_bytes) + ", input " + megabytes(source_bytes) + ", program " +
         megabytes(base_bytes) + (card_bytes > 0 ? "; on the GPU " + megabytes(card_bytes) : "") +
         (voxels_on_card ? " with all voxels of the input" : "");
}

}  // namespace dfe
