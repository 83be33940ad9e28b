// SPDX-License-Identifier: Apache-2.0
// Distances of particles from a labelled structure, and local maxima of score maps, as histograms.
#include <algorithm>
#include <array>
#include <cmath>

#include "core/usable_threads.hpp"
#include "dfengine/evaluate.hpp"
#include "evaluate/distance_transform.hpp"

namespace dfe {

namespace {

constexpr std::size_t kMostBins = 100'000;

template <class Stored>
std::vector<double> distances_at(const Volume<Stored>& squared, int label,
                                 const std::vector<Particle>& particles) {
  if (squared.voxels() == 0 || squared(0, 0, 0) == kNoDistance<Stored>)
    throw Error("evaluate", "--membrane",
                label == 0 ? "no voxel is labelled" : "no voxel has label " + std::to_string(label),
                "give the membrane's label, or another volume");
  const Extent3 n = squared.extent();
  std::vector<double> distances;
  for (const Particle& particle : particles) {
    const Point3& p = particle.position_voxels;
    const double z = std::round(p.z), y = std::round(p.y), x = std::round(p.x);
    const bool inside = z >= 0 && y >= 0 && x >= 0 && z < static_cast<double>(n.z) &&
                        y < static_cast<double>(n.y) && x < static_cast<double>(n.x);
    distances.push_back(inside ? std::sqrt(static_cast<double>(squared(
                                     static_cast<std::int64_t>(z), static_cast<std::int64_t>(y),
                                     static_cast<std::int64_t>(x))))
                               : std::numeric_limits<double>::quiet_NaN());
  }
  return distances;
}

}  // namespace

double Histogram::mode() const {
  if (counts.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto fullest = std::max_element(counts.begin(), counts.end());
  if (*fullest == 0) return std::numeric_limits<double>::quiet_NaN();
  return (static_cast<double>(std::distance(counts.begin(), fullest)) + 0.5) * width;
}

Histogram histogram_of(const std::vector<double>& values, double width) {
  Histogram histogram;
  histogram.width = width;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    const auto bin = static_cast<std::size_t>(
        std::clamp(value / width, 0.0, static_cast<double>(kMostBins - 1)));
    if (histogram.counts.size() <= bin) histogram.counts.resize(bin + 1);
    ++histogram.counts[bin];
  }
  return histogram;
}

std::vector<double> distances_to_label(VolumeView<const std::uint8_t> labels, int label,
                                       const std::vector<Particle>& particles, int threads,
                                       const Point3& edges) {
  ThreadPool pool(usable_threads(threads));
  if (edges == Point3{1, 1, 1})
    return distances_at(squared_distances(labels, label, pool), label, particles);
  return distances_at(squared_distances(labels, label, edges, pool), label, particles);
}

Histogram local_maxima(const ScoreLookup& scores, const Extent3& extent, int class_label,
                       int bins) {
  Histogram histogram;
  histogram.width = 1.0 / bins;
  histogram.counts.assign(static_cast<std::size_t>(bins), 0);
  const auto plane_voxels = static_cast<std::size_t>(extent.y * extent.x);
  std::array<std::vector<float>, 3> planes;  // z - 1, z, z + 1
  for (auto& plane : planes) plane.assign(plane_voxels, 0);
  if (extent.z > 0) scores.plane(class_label, 0, planes[2].data());
  for (std::int64_t z = 0; z < extent.z; ++z) {
    std::rotate(planes.begin(), planes.begin() + 1, planes.end());
    if (z + 1 < extent.z) scores.plane(class_label, z + 1, planes[2].data());
    for (std::int64_t y = 0; y < extent.y; ++y)
      for (std::int64_t x = 0; x < extent.x; ++x) {
        const float value = planes[1][static_cast<std::size_t>(y * extent.x + x)];
        if (!(value > 0)) continue;
        bool largest = true;
        for (std::int64_t dz = -1; largest && dz <= 1; ++dz)
          for (std::int64_t dy = -1; largest && dy <= 1; ++dy)
            for (std::int64_t dx = -1; largest && dx <= 1; ++dx) {
              const std::int64_t nz = z + dz, ny = y + dy, nx = x + dx;
              if (nz < 0 || ny < 0 || nx < 0 || nz >= extent.z || ny >= extent.y || nx >= extent.x)
                continue;
              const std::int64_t order = (dz * 3 + dy) * 3 + dx;
              if (order == 0) continue;
              const float other = planes[static_cast<std::size_t>(dz + 1)]
                                        [static_cast<std::size_t>(ny * extent.x + nx)];
              // Of equal neighbours the first in reading order is the maximum.
              largest = order < 0 ? value > other : value >= other;
            }
        if (largest)
          ++histogram.counts[std::min(static_cast<std::size_t>(static_cast<double>(value) * bins),
                                      histogram.counts.size() - 1)];
      }
  }
  return histogram;
}

}  // namespace dfe
