// SPDX-License-Identifier: Apache-2.0
// The oracle: mean shift as scikit-learn does it, on a list of points, every distance computed.
// Written from the algorithm's description alone; it shares nothing with the product.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "dfengine/label_map.hpp"

namespace dfe::test {

using Coordinates = std::array<double, 3>;  // z, y, x

struct ReferenceCluster {
  Coordinates mode{}, centroid{};
  std::int64_t size = 0;
  int label = 0;
};

/// Distances count `edges` for a voxel along z, y, x.
inline double square_distance(const Coordinates& a, const Coordinates& b,
                              const Coordinates& edges = {1, 1, 1}) {
  double sum = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    const double along = edges[k] * (a[k] - b[k]);
    sum += along * along;
  }
  return sum;
}

inline std::vector<Coordinates> reference_seeds(const std::vector<Coordinates>& points, double h,
                                                const Coordinates& edges = {1, 1, 1}) {
  std::vector<Coordinates> seeds;
  std::set<Coordinates> cells;
  for (const Coordinates& p : points) {
    const Coordinates cell{std::rint(p[0] * edges[0] / h), std::rint(p[1] * edges[1] / h),
                           std::rint(p[2] * edges[2] / h)};
    if (!cells.insert(cell).second) continue;
    Coordinates seed;
    for (std::size_t k = 0; k < 3; ++k)
      seed[k] = static_cast<double>(static_cast<float>(cell[k]) * static_cast<float>(h)) / edges[k];
    seeds.push_back(seed);
  }
  return seeds.size() == points.size() ? points : seeds;
}

/// Clusters in scikit-learn's order. Those without members are left out.
inline std::vector<ReferenceCluster> reference_mean_shift(const std::vector<Coordinates>& points,
                                                          const std::vector<int>& labels, double h,
                                                          const Coordinates& edges = {1, 1, 1}) {
  std::map<Coordinates, std::int64_t> intensity;
  for (Coordinates mean : reference_seeds(points, h, edges)) {
    std::int64_t count = 0;
    for (int iteration = 0;; ++iteration) {
      Coordinates sum{};
      count = 0;
      for (const Coordinates& p : points)
        if (square_distance(mean, p, edges) <= h * h) {
          ++count;
          for (std::size_t k = 0; k < 3; ++k) sum[k] += p[k];
        }
      if (count == 0) break;
      const Coordinates old = mean;
      for (std::size_t k = 0; k < 3; ++k) mean[k] = sum[k] / static_cast<double>(count);
      if (std::sqrt(square_distance(mean, old, edges)) < 1e-3 * h || iteration == 300) break;
    }
    if (count > 0) intensity[mean] = count;
  }
  std::set<std::pair<std::int64_t, Coordinates>> ascending;
  for (const auto& [mean, count] : intensity) ascending.insert({count, mean});
  std::vector<ReferenceCluster> clusters;
  for (auto at = ascending.rbegin(); at != ascending.rend(); ++at) {
    bool suppressed = false;
    for (const ReferenceCluster& kept : clusters)
      suppressed = suppressed || square_distance(kept.mode, at->second, edges) <= h * h;
    if (!suppressed) clusters.push_back({at->second, {}, 0, 0});
  }
  std::vector<std::map<int, std::int64_t>> votes(clusters.size());
  for (std::size_t p = 0; p < points.size(); ++p) {
    std::size_t nearest = 0;
    for (std::size_t c = 1; c < clusters.size(); ++c)
      if (square_distance(points[p], clusters[c].mode, edges) <
          square_distance(points[p], clusters[nearest].mode, edges))
        nearest = c;
    ++clusters[nearest].size;
    ++votes[nearest][labels[p]];
    for (std::size_t k = 0; k < 3; ++k) clusters[nearest].centroid[k] += points[p][k];
  }
  std::vector<ReferenceCluster> found;
  for (std::size_t c = 0; c < clusters.size(); ++c) {
    if (clusters[c].size == 0) continue;
    for (double& sum : clusters[c].centroid) sum /= static_cast<double>(clusters[c].size);
    for (const auto& [label, count] : votes[c])
      if (clusters[c].label == 0 || count > votes[c][clusters[c].label]) clusters[c].label = label;
    found.push_back(clusters[c]);
  }
  return found;
}

/// The voxels with a label (`class_label` 0: any) in memory order; their labels too where asked.
inline std::vector<Coordinates> points_of(const LabelMap& map, int class_label = 0,
                                          std::vector<int>* labels = nullptr) {
  std::vector<Coordinates> points;
  const Extent3 e = map.labels.extent();
  for (std::int64_t z = 0; z < e.z; ++z)
    for (std::int64_t y = 0; y < e.y; ++y)
      for (std::int64_t x = 0; x < e.x; ++x) {
        const int label = map.labels(z, y, x);
        if (class_label == 0 ? label == 0 : label != class_label) continue;
        points.push_back({static_cast<double>(z), static_cast<double>(y), static_cast<double>(x)});
        if (labels != nullptr) labels->push_back(label);
      }
  return points;
}

/// The same on a map: all labels together (`class_label` 0) or one.
inline std::vector<ReferenceCluster> reference_mean_shift(const LabelMap& map, double h,
                                                          int class_label = 0,
                                                          const Coordinates& edges = {1, 1, 1}) {
  std::vector<int> labels;
  const std::vector<Coordinates> points = points_of(map, class_label, &labels);
  return reference_mean_shift(points, labels, h, edges);
}

}  // namespace dfe::test
