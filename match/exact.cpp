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
  const auto check_mask = [&](VolumeView<const std::uint8_t> mask, const char* name) {
    if (mask.data && mask.extent != n)
      refuse("the " + std::string(name) + " mask has " + mask.extent.to_string() +
                 " voxels, the tomogram " + n.to_string(),
             "both must have the same extent");
  };
  check_mask(options.valid, "validity");
  check_mask(options.searched, "search");
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

/// Counts pairs for the observer. Where there are several parts, a pair counts by the size of its
/// transform, so that the time left can be told.
struct Progress {
  Observer* observer;
  std::int64_t done = 0, total = 0;

  void add(std::int64_t count) {
    done += count;
    if (!observer) return;
    observer->progress("match", done, total);
    if (observer->cancelled()) throw Error(ErrorKind::Cancelled, "match", "", "stopped on request");
  }
};

/// Of the largest part's pair, sixteenths.
std::int64_t weight_of(const std::vector<SearchPart>& parts, const SearchPart& part) {
  if (parts.size() == 1) return 1;
  std::int64_t most = 1;
  for (const SearchPart& p : parts) most = std::max(most, p.plan.transform.voxels());
  return std::max<std::int64_t>(16 * part.plan.transform.voxels() / most, 1);
}

/// The boxes that a part's tiles cover.
std::vector<Box3> tiles_of(const SearchPart& part) {
  const Box3& box = part.box;
  const Extent3 core = part.plan.core;
  std::vector<Box3> tiles;
  for (std::int64_t z = 0; z < box.extent.z; z += core.z)
    for (std::int64_t y = 0; y < box.extent.y; y += core.y)
      for (std::int64_t x = 0; x < box.extent.x; x += core.x)
        tiles.push_back({{box.begin.z + z, box.begin.y + y, box.begin.x + x},
                         {std::min(core.z, box.extent.z - z), std::min(core.y, box.extent.y - y),
                          std::min(core.x, box.extent.x - x)}});
  return tiles;
}

}  // namespace

ScoreMap exact_scores(VolumeView<const float> tomogram, const MatchTemplate& t,
                      std::span<const Rotation> orientations, const ScoreOptions& options,
                      Observer* observer) {
  check(tomogram, t, orientations, options);
  ThreadPool pool(usable_threads(options.compute.threads, observer));
  const FourierKernels& kernels = fourier_kernels(options.compute.instruction_set);
  const TurnedTemplates templates(t, kernels);
  const NormalizedVolume volume(tomogram, options.valid, options.edge);
  const std::vector<SearchPart> parts = plan_search(tomogram.extent, t, options, pool.threads());
  const Pairs pairs{orientations};
  Progress progress{observer};
  for (const SearchPart& part : parts)
    progress.total += weight_of(parts, part) * part.plan.tiles.voxels() * pairs.size();
  ScoreMap map{Volume<float>(tomogram.extent, 0.0F), Volume<std::int32_t>(tomogram.extent, 0)};
  const auto last_id = static_cast<std::int32_t>(pairs.count() - 1);
  for (const SearchPart& part : parts) {
    Batch batch(templates, pool, 1 / static_cast<double>(part.plan.transform.voxels()));
    const std::int64_t weight = weight_of(parts, part);
    for (const Box3& core : tiles_of(part)) {
      Tile tile(volume, templates, t.density.extent(), part.plan, core, pool, kernels);
      for (std::int64_t first = 0; first < pairs.size(); first += batch.pairs()) {
        const std::int64_t last = std::min(first + batch.pairs(), pairs.size());
        batch.make(pairs, first, last);
        for (std::int64_t p = first; p < last; ++p, progress.add(weight))
          tile.add(batch.pair(p - first), static_cast<std::int32_t>(pairs.first(p)));
      }
      tile.finish(map, last_id);
    }
  }
  return map;
}

}  // namespace dfe::match
