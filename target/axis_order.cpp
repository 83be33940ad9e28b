// SPDX-License-Identifier: Apache-2.0
// Grey values as normal scores, see the header: a value counts by its rank among random positions,
// so that a gold bead counts no more than any dark place, and the sum over n positions divided by
// the root of n has the standard normal distribution where the positions have nothing to do with
// the tomogram.
#include "target/axis_order.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "core/philox.hpp"

namespace dfe::targets {

namespace {

constexpr std::int64_t kReach = 6;  // of the larger ball, voxels
constexpr std::array<std::int64_t, 2> kRadii{3, kReach};
constexpr std::size_t kMostPositions = 128;
constexpr std::uint64_t kReferences = 256;
constexpr double kFarApart = 10;  // |x - z| of positions that do not meet one particle twice
constexpr double kNearest = 12, kFarthest = 60;  // of random positions from those of the list

/// Mean grey value in a ball of each radius.
using Greys = std::array<double, kRadii.size()>;

Point3 exchange(const Point3& p) { return {p.x, p.y, p.z}; }

bool is_inside(const Point3& p, const Extent3& n) {
  const auto good = [](double v, std::int64_t size) {
    return v >= -0.5 && v < static_cast<double>(size) - 0.5;
  };
  return good(p.z, n.z) && good(p.y, n.y) && good(p.x, n.x);
}

/// Of the part of the balls that is inside the volume; nothing if a voxel is not finite.
std::optional<Greys> greys_at(const VolumeSource& tomogram, const Point3& position,
                              std::vector<float>& voxels) {
  const Extent3 n = tomogram.extent();
  const std::array<std::int64_t, 3> size{n.z, n.y, n.x};
  std::array<std::int64_t, 3> centre{}, begin{}, end{};
  const std::array<double, 3> at{position.z, position.y, position.x};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    centre[axis] = std::clamp<std::int64_t>(std::llround(at[axis]), 0, size[axis] - 1);
    begin[axis] = std::max<std::int64_t>(centre[axis] - kReach, 0);
    end[axis] = std::min(centre[axis] + kReach + 1, size[axis]);
  }
  const Box3 box{{begin[0], begin[1], begin[2]},
                 {end[0] - begin[0], end[1] - begin[1], end[2] - begin[2]}};
  voxels.resize(static_cast<std::size_t>(box.extent.voxels()));
  tomogram.read_box(box, voxels.data());

  Greys sum{}, count{};
  const float* voxel = voxels.data();
  for (std::int64_t z = begin[0] - centre[0]; z < end[0] - centre[0]; ++z)
    for (std::int64_t y = begin[1] - centre[1]; y < end[1] - centre[1]; ++y)
      for (std::int64_t x = begin[2] - centre[2]; x < end[2] - centre[2]; ++x, ++voxel)
        for (std::size_t r = 0; r < kRadii.size(); ++r)
          if (z * z + y * y + x * x <= kRadii[r] * kRadii[r]) {
            sum[r] += *voxel;
            count[r] += 1;
          }
  for (std::size_t r = 0; r < kRadii.size(); ++r) {
    sum[r] /= count[r];
    if (!std::isfinite(sum[r])) return std::nullopt;
  }
  return sum;
}

/// A random position near one of `positions`, so that ice of uneven thickness and a cell's dense
/// regions are the same for both; anywhere in the volume if none is found there.
Point3 random_position(const std::vector<Point3>& positions, const Extent3& n, std::uint32_t order,
                       std::uint64_t index) {
  constexpr std::uint64_t kTries = 32;
  const Philox random(0, RandomPurpose::AxisOrder);
  std::array<double, 4> u{};
  for (std::uint64_t attempt = 0; attempt <= kTries; ++attempt) {
    const auto words = random.at(order, index * (kTries + 1) + attempt);
    for (std::size_t i = 0; i < 4; ++i) u[i] = words[i] * 0x1p-32;
    if (attempt == kTries) break;
    const auto pick = static_cast<std::size_t>(u[0] * static_cast<double>(positions.size()));
    const double distance = kNearest + u[1] * (kFarthest - kNearest), cosine = 2 * u[2] - 1,
                 sine = std::sqrt(1 - cosine * cosine), azimuth = 6.283185307179586 * u[3];
    const Point3& p = positions[pick];
    const Point3 near{p.z + distance * cosine, p.y + distance * sine * std::sin(azimuth),
                      p.x + distance * sine * std::cos(azimuth)};
    if (is_inside(near, n)) return near;
  }
  const auto anywhere = [](double share, std::int64_t size) {
    return share * static_cast<double>(size) - 0.5;
  };
  return {anywhere(u[0], n.z), anywhere(u[1], n.y), anywhere(u[2], n.x)};
}

/// The value that a standard normal variable exceeds with probability 1 - `share`.
double normal_quantile(double share) {
  double low = -8, high = 8;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (std::erfc(-middle / std::sqrt(2.0)) / 2 < share ? low : high) = middle;
  }
  return low;
}

/// Normal scores of `values` among `references`, summed up to one standard normal variable.
double score(const std::vector<double>& values, std::vector<double> references) {
  if (values.empty() || references.empty()) return 0;
  std::sort(references.begin(), references.end());
  double sum = 0;
  for (const double value : values) {
    const auto [first, last] = std::equal_range(references.begin(), references.end(), value);
    const double rank =
        static_cast<double>((first - references.begin()) + (last - references.begin())) / 2;
    sum += normal_quantile((rank + 0.5) / (static_cast<double>(references.size()) + 1));
  }
  return sum / std::sqrt(static_cast<double>(values.size()));
}

/// The score of one order: that of the radius that tells more.
double score_order(const VolumeSource& tomogram, const std::vector<Point3>& positions,
                   std::uint32_t order) {
  std::array<std::vector<double>, kRadii.size()> values, references;
  std::vector<float> voxels;
  const auto look = [&](const Point3& position, auto& into) {
    if (const auto greys = greys_at(tomogram, position, voxels))
      for (std::size_t r = 0; r < kRadii.size(); ++r) into[r].push_back((*greys)[r]);
  };
  for (const Point3& position : positions) look(position, values);
  for (std::uint64_t i = 0; i < kReferences; ++i)
    look(random_position(positions, tomogram.extent(), order, i), references);
  double most = 0;
  for (std::size_t r = 0; r < kRadii.size(); ++r)
    if (const double z = score(values[r], references[r]); std::abs(z) > std::abs(most)) most = z;
  return most;
}

/// Positions that tell the orders apart and independent of one another: picks along a filament or a
/// membrane, or one particle listed twice, are one piece of evidence.
std::vector<Point3> telling_positions(const Extent3& n, const std::vector<Particle>& particles) {
  std::vector<Point3> candidates, positions;
  for (const Particle& particle : particles) {
    const Point3& p = particle.position_voxels;
    if (std::abs(p.x - p.z) >= kFarApart && is_inside(p, n) && is_inside(exchange(p), n))
      candidates.push_back(p);
  }
  const std::size_t tried = std::min(candidates.size(), 4 * kMostPositions);
  for (std::size_t i = 0; i < tried && positions.size() < kMostPositions; ++i) {
    const Point3& p = candidates[i * candidates.size() / tried];
    const auto overlaps = [&p](const Point3& q) {
      const double z = p.z - q.z, y = p.y - q.y, x = p.x - q.x, apart = 2 * kReach;
      return z * z + y * y + x * x < apart * apart;
    };
    if (std::none_of(positions.begin(), positions.end(), overlaps)) positions.push_back(p);
  }
  return positions;
}

}  // namespace

AxisOrderScores score_axis_orders(const VolumeSource& tomogram,
                                  const std::vector<Particle>& particles) {
  AxisOrderScores scores;
  scores.same = std::all_of(particles.begin(), particles.end(), [](const Particle& particle) {
    return std::abs(particle.position_voxels.x - particle.position_voxels.z) < 1;
  });
  const std::vector<Point3> listed = telling_positions(tomogram.extent(), particles);
  std::vector<Point3> exchanged;
  exchanged.reserve(listed.size());
  for (const Point3& p : listed) exchanged.push_back(exchange(p));
  scores.positions = static_cast<std::int64_t>(listed.size());
  if (listed.empty()) return scores;
  scores.listed = score_order(tomogram, listed, 0);
  scores.exchanged = score_order(tomogram, exchanged, 1);
  return scores;
}

AxisOrder tell_axis_order(const AxisOrderScores& scores) {
  const double listed = std::abs(scores.listed), exchanged = std::abs(scores.exchanged);
  if (scores.same) return AxisOrder::Listed;
  if (listed >= kFarFromChance && listed >= 2 * exchanged) return AxisOrder::Listed;
  if (exchanged >= kFarFromChance && exchanged >= 2 * listed) return AxisOrder::Exchanged;
  return AxisOrder::Unknown;
}

}  // namespace dfe::targets
