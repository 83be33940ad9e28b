// SPDX-License-Identifier: Apache-2.0
// Runs, their union from row to row, and the sums over components, see the header. Only the finding
// of runs is shared among threads: the union is one walk, so that the order is always the same.
#include "cluster/components.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <tuple>

#include "cluster/progress_share.hpp"

namespace dfe {
namespace {

constexpr std::int64_t kPlanesPerThread = 4;

/// Neighbouring voxels of a row with the same label, ends included.
struct Run {
  std::int64_t first = 0, last = 0;
  std::int64_t component = 0;
  int label = 0;
};

/// The runs of one plane, row after row.
struct PlaneOfRuns {
  std::vector<Run> runs;
  std::vector<std::size_t> row_end;  ///< row y has runs [row_end[y], row_end[y + 1])

  std::span<Run> row(std::int64_t y) {
    const auto k = static_cast<std::size_t>(y);
    return {runs.data() + row_end[k], row_end[k + 1] - row_end[k]};
  }

  void find(const std::uint8_t* labels, std::int64_t rows, std::int64_t size) {
    runs.clear();
    row_end.assign(1, 0);
    for (std::int64_t y = 0; y < rows; ++y, labels += size) {
      for (std::int64_t x = 0; x < size;) {
        std::uint64_t eight = 1;
        if (x + 8 <= size) std::memcpy(&eight, labels + x, 8);
        if (eight == 0) {  // most of a tomogram is background
          x += 8;
          continue;
        }
        const std::int64_t first = x;
        const int label = labels[x];
        while (x < size && labels[x] == label) ++x;
        if (label != 0) runs.push_back({first, x - 1, -1, label});
      }
      row_end.push_back(runs.size());
    }
  }
};

/// Union-find whose roots are the earliest runs and carry the sums.
class Components {
 public:
  std::int64_t add(int label) {
    parent_.push_back(static_cast<std::int64_t>(parent_.size()));
    clusters_.emplace_back().label = label;
    return parent_.back();
  }

  std::int64_t root(std::int64_t k) {
    while (parent(k) != k) k = parent(k) = parent(parent(k));
    return k;
  }

  std::int64_t unite(std::int64_t a, std::int64_t b) {
    a = root(a), b = root(b);
    if (a > b) std::swap(a, b);
    parent(b) = a;
    return a;
  }

  Cluster& cluster(std::int64_t k) { return clusters_[static_cast<std::size_t>(k)]; }

  /// Adds everything up at the roots and returns those, in memory order of their first voxels.
  std::vector<Cluster> take() {
    std::vector<Cluster> roots;
    for (std::int64_t k = static_cast<std::int64_t>(parent_.size()); k-- > 0;) {
      if (parent(k) == k)
        continue;  // children come after their parents, so all of k's own are in by now
      const Cluster from = cluster(k);
      Cluster& into = cluster(parent(k));
      into.members.count += from.members.count;
      into.members.z += from.members.z;
      into.members.y += from.members.y;
      into.members.x += from.members.x;
      into.score_sum += from.score_sum;
    }
    for (std::int64_t k = 0; k < static_cast<std::int64_t>(parent_.size()); ++k)
      if (parent(k) == k) roots.push_back(cluster(k));
    return roots;
  }

 private:
  std::int64_t& parent(std::int64_t k) { return parent_[static_cast<std::size_t>(k)]; }

  std::vector<std::int64_t> parent_;
  std::vector<Cluster> clusters_;
};

/// Gives runs of `row` the component of the runs of `earlier` that they touch, and unites those.
/// Both are sorted: one walk.
void join_rows(std::span<Run> row, std::span<Run> earlier, Components& components) {
  auto other = earlier.begin();
  for (Run& run : row) {
    while (other != earlier.end() && other->last < run.first - 1) ++other;
    for (auto touching = other; touching != earlier.end() && touching->first <= run.last + 1;
         ++touching) {
      if (touching->label != run.label) continue;
      run.component = run.component < 0 ? components.root(touching->component)
                                        : components.unite(run.component, touching->component);
    }
  }
}

/// Adds a run's voxels to its component.
void add_run(const Run& run, std::int64_t z, std::int64_t y, Cluster& cluster) {
  const std::int64_t count = run.last - run.first + 1;
  cluster.members.count += count;
  cluster.members.z += z * count;
  cluster.members.y += y * count;
  cluster.members.x += (run.first + run.last) * count / 2;
}

void add_scores_of_plane(PlaneOfRuns& plane, std::int64_t z, const Extent3& extent,
                         const ScoreLookup& scores, Components& components,
                         std::vector<float>& buffer) {
  LabelSet present;
  for (const Run& run : plane.runs) present.set(static_cast<std::size_t>(run.label));
  buffer.resize(static_cast<std::size_t>(extent.y * extent.x));
  for (int label = 1; label < 256; ++label) {
    if (!present.test(static_cast<std::size_t>(label))) continue;
    scores.plane(label, z, buffer.data());
    for (std::int64_t y = 0; y < extent.y; ++y)
      for (const Run& run : plane.row(y)) {
        if (run.label != label) continue;
        std::int64_t sum = 0;
        for (std::int64_t x = run.first; x <= run.last; ++x)
          sum += score_units(buffer[static_cast<std::size_t>(y * extent.x + x)]);
        components.cluster(run.component).score_sum += sum;
      }
  }
}

}  // namespace

std::vector<Cluster> connected_components(ThreadPool& pool, VolumeView<const std::uint8_t> labels,
                                          const ScoreLookup* scores, ProgressShare& progress) {
  const Extent3 extent = labels.extent;
  Components components;
  std::vector<float> buffer;
  // Runs of a few planes are found at once by all threads; the last plane before them stays in
  // place 0.
  const std::int64_t batch = kPlanesPerThread * pool.threads();
  std::vector<PlaneOfRuns> planes(static_cast<std::size_t>(batch) + 1);
  progress.begin(extent.z);
  for (std::int64_t begin = 0; begin < extent.z; begin += batch) {
    const std::int64_t end = std::min(begin + batch, extent.z);
    parallel_for(pool, begin, end, 1, [&](std::int64_t z, std::int64_t, int) {
      planes[static_cast<std::size_t>(z - begin) + 1].find(labels.plane(z), extent.y, extent.x);
    });
    for (std::int64_t z = begin; z < end; ++z) {
      PlaneOfRuns &plane = planes[static_cast<std::size_t>(z - begin) + 1],
                  &before = planes[static_cast<std::size_t>(z - begin)];
      for (std::int64_t y = 0; y < extent.y; ++y) {
        const std::span<Run> row = plane.row(y);
        if (z > 0)
          for (std::int64_t near = std::max<std::int64_t>(0, y - 1);
               near <= std::min(y + 1, extent.y - 1); ++near)
            join_rows(row, before.row(near), components);
        if (y > 0) join_rows(row, plane.row(y - 1), components);
        for (Run& run : row) {
          if (run.component < 0) run.component = components.add(run.label);
          add_run(run, z, y, components.cluster(run.component));
        }
      }
      if (scores != nullptr) add_scores_of_plane(plane, z, extent, *scores, components, buffer);
    }
    std::swap(planes[0], planes[static_cast<std::size_t>(end - begin)]);
    progress.done(end - begin, 0);
  }

  std::vector<Cluster> clusters = components.take();
  for (Cluster& cluster : clusters) cluster.votes = cluster.members.count;
  std::stable_sort(clusters.begin(), clusters.end(), [](const Cluster& a, const Cluster& b) {
    if (a.members.count != b.members.count) return a.members.count > b.members.count;
    return std::tie(a.members.z, a.members.y, a.members.x) <
           std::tie(b.members.z, b.members.y, b.members.x);
  });
  return clusters;
}

std::int64_t connected_components_bytes(const Extent3& extent, int threads,
                                        std::int64_t foreground_voxels, bool has_scores) {
  constexpr std::int64_t kVoxels = 8;
  const std::int64_t planes = std::min(extent.z, kPlanesPerThread * threads + 1),
                     plane = extent.y * extent.x;
  const std::int64_t runs = std::min(planes * plane, foreground_voxels) / kVoxels,
                     components = foreground_voxels / kVoxels;
  return planes * extent.y * static_cast<std::int64_t>(sizeof(std::size_t)) +
         runs * static_cast<std::int64_t>(sizeof(Run)) +
         components * static_cast<std::int64_t>(2 * sizeof(Cluster) + sizeof(std::int64_t)) +
         (has_scores ? plane * 4 : 0);
}

}  // namespace dfe
