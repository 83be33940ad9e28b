// SPDX-License-Identifier: Apache-2.0
// Tiles one after another; in each all orientations, two at a time. Templates are prepared by all
// threads for several pairs together, and all threads work on one pair's transforms. See the
// header.
#include "match/exact.hpp"

#include <algorithm>
#include <limits>

#include "core/parallel.hpp"
#include "core/usable_threads.hpp"
#include "dfengine/error.hpp"
#include "match/tile.hpp"
#include "match/turned_templates.hpp"

namespace dfe::match {

namespace {

/// Pairs of orientations that are prepared together, per thread.
constexpr std::int64_t kPairsPerThread = 4;

[[noreturn]] void refuse(const std::string& fact, const char* remedy) {
  throw Error(ErrorKind::Usage, "match", "", fact, remedy);
}

void check(VolumeView<const float> tomogram, const MatchTemplate& t,
           std::span<const Rotation> orientations, const ScoreOptions& options) {
  check_template(t);
  const Extent3 n = tomogram.extent, box = t.density.extent();
  if (box.z > n.z || box.y > n.y || box.x > n.x)
    refuse("the template of " + box.to_string() + " voxels is larger than the tomogram of " +
               n.to_string(),
           "cut the template's box");
  if (orientations.empty()) refuse("the list of orientations is empty", "expected one or more");
  if (orientations.size() >= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
    refuse("too many orientations", "expected fewer than 2^31");
  if (options.valid.data && options.valid.extent != n)
    refuse("the validity mask has " + options.valid.extent.to_string() + " voxels, the tomogram " +
               n.to_string(),
           "both must have the same extent");
}

/// The orientations in pairs: of an odd number the last pair has the last but one again.
struct Pairs {
  std::span<const Rotation> orientations;
  std::int64_t size() const { return (count() + 1) / 2; }
  std::int64_t count() const { return static_cast<std::int64_t>(orientations.size()); }
  std::int64_t first(std::int64_t pair) const {
    return std::max<std::int64_t>(std::min(2 * pair, count() - 2), 0);
  }
  std::int64_t second(std::int64_t pair) const { return std::min(first(pair) + 1, count() - 1); }
};

/// Templates of several pairs, made by all threads.
class Batch {
 public:
  Batch(const TurnedTemplates& templates, ThreadPool& pool, double factor)
      : templates_(templates), pool_(pool), factor_(factor) {
    for (int i = 0; i < pool.threads(); ++i) work_.push_back(templates.workspace());
    values_.resize(static_cast<std::size_t>(pairs() * pair_floats()));
  }
  std::int64_t pairs() const { return kPairsPerThread * pool_.threads(); }
  std::int64_t pair_floats() const { return templates_.made_floats(); }
  const float* pair(std::int64_t i) const { return values_.data() + i * pair_floats(); }

  void make(const Pairs& list, std::int64_t first, std::int64_t last) {
    parallel_for(pool_, first, last, 1, [&](std::int64_t p, std::int64_t, int worker) {
      const auto at = [&](std::int64_t id) {
        return list.orientations[static_cast<std::size_t>(id)];
      };
      templates_.make(at(list.first(p)), at(list.second(p)), factor_,
                      work_[static_cast<std::size_t>(worker)],
                      values_.data() + (p - first) * pair_floats());
    });
  }

 private:
  const TurnedTemplates& templates_;
  ThreadPool& pool_;
  double factor_;
  std::vector<TurnedTemplates::Workspace> work_;
  std::vector<float> values_;
};

/// Counts pairs for the observer.
struct Progress {
  Observer* observer;
  std::int64_t done, total;

  void add() {
    ++done;
    if (!observer) return;
    observer->progress("match", done, total);
    if (observer->cancelled()) throw Error(ErrorKind::Cancelled, "match", "", "stopped on request");
  }
};

}  // namespace

ScoreMap exact_scores(VolumeView<const float> tomogram, const MatchTemplate& t,
                      std::span<const Rotation> orientations, const ScoreOptions& options,
                      Observer* observer) {
  check(tomogram, t, orientations, options);
  ThreadPool pool(usable_threads(options.compute.threads, observer));
  const FourierKernels& kernels = fourier_kernels(options.compute.instruction_set);
  const TurnedTemplates templates(t, kernels);
  const NormalizedVolume volume(tomogram, options.valid, options.edge);
  const Extent3 n = tomogram.extent;
  const TilePlan plan = plan_tiles(n, t, options, pool.threads());
  const Pairs pairs{orientations};
  Batch batch(templates, pool, 1 / static_cast<double>(plan.transform.voxels()));
  Progress progress{observer, 0, pairs.size() * plan.tiles.voxels()};
  ScoreMap map{Volume<float>(n), Volume<std::int32_t>(n)};
  const auto last_id = static_cast<std::int32_t>(pairs.count() - 1);
  for (std::int64_t z = 0; z < n.z; z += plan.core.z)
    for (std::int64_t y = 0; y < n.y; y += plan.core.y)
      for (std::int64_t x = 0; x < n.x; x += plan.core.x) {
        Tile tile(volume, templates, t.density.extent(), plan, {z, y, x}, pool, kernels);
        for (std::int64_t first = 0; first < pairs.size(); first += batch.pairs()) {
          const std::int64_t last = std::min(first + batch.pairs(), pairs.size());
          batch.make(pairs, first, last);
          for (std::int64_t p = first; p < last; ++p, progress.add())
            tile.add(batch.pair(p - first), static_cast<std::int32_t>(pairs.first(p)));
        }
        tile.finish(map, last_id);
      }
  return map;
}

}  // namespace dfe::match
