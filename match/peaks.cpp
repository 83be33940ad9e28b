// SPDX-License-Identifier: Apache-2.0
// Peaks, see the header. Planes are searched side by side; the order of what they find, and so the
// result, depends on scores and places alone.
#include "match/peaks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <unordered_map>

#include "dfengine/error.hpp"

namespace dfe::match {

namespace {

constexpr float kLowest = -std::numeric_limits<float>::infinity();

float rank_of(float score) { return std::isfinite(score) ? score : kLowest; }

std::size_t template_at(const PeakOptions& options, std::int64_t voxel) {
  return options.templates.data != nullptr ? options.templates.data[voxel] : 0;
}

void check_extent(const Extent3& scores, const Extent3& other, const char* name) {
  if (!(other == scores))
    throw Error(ErrorKind::Usage, "match", name,
                "has " + other.to_string() + " voxels, the scores have " + scores.to_string(),
                "use the volume that belongs to these scores");
}

void check(VolumeView<const float> scores, const PeakOptions& options) {
  if (options.templates.data != nullptr)
    check_extent(scores.extent, options.templates.extent, "template volume");
  else if (options.rules.size() != 1)
    throw Error(ErrorKind::Usage, "match", "template volume", "is missing",
                "several templates need it");
  if (options.mask.data != nullptr) check_extent(scores.extent, options.mask.extent, "mask");
  for (const PeakRule& rule : options.rules) {
    if (std::isnan(rule.threshold))
      throw Error(ErrorKind::Usage, "match", "threshold", "is not a number");
    for (const double radius :
         {rule.exclusion_voxels.z, rule.exclusion_voxels.y, rule.exclusion_voxels.x})
      if (!(radius > 0) || !std::isfinite(radius))
        throw Error(ErrorKind::Usage, "match", "exclusion radius", "is not above 0");
    for (const double border : {rule.border_voxels.z, rule.border_voxels.y, rule.border_voxels.x})
      if (!(border >= 0)) throw Error(ErrorKind::Usage, "match", "border", "is below 0");
  }
}

bool inside(const Index3& v, const Extent3& n, const Point3& border) {
  const auto far_enough = [](std::int64_t at, std::int64_t size, double least) {
    return static_cast<double>(at) >= least && static_cast<double>(size - 1 - at) >= least;
  };
  return far_enough(v.z, n.z, border.z) && far_enough(v.y, n.y, border.y) &&
         far_enough(v.x, n.x, border.x);
}

/// No neighbour is higher, and none that is earlier in memory as high.
bool is_top(VolumeView<const float> scores, const Index3& v) {
  const Extent3& n = scores.extent;
  const float top = scores(v.z, v.y, v.x);
  for (std::int64_t z = std::max<std::int64_t>(0, v.z - 1); z <= std::min(n.z - 1, v.z + 1); ++z)
    for (std::int64_t y = std::max<std::int64_t>(0, v.y - 1); y <= std::min(n.y - 1, v.y + 1); ++y)
      for (std::int64_t x = std::max<std::int64_t>(0, v.x - 1); x <= std::min(n.x - 1, v.x + 1);
           ++x) {
        const float other = rank_of(scores(z, y, x));
        const bool earlier = z != v.z ? z < v.z : y != v.y ? y < v.y : x < v.x;
        if (other > top || (earlier && other == top)) return false;
      }
  return true;
}

/// All peaks of a plane that the mask, the border and the threshold let through, in their order in
/// memory.
std::vector<Peak> peaks_of_plane(VolumeView<const float> scores, std::int64_t z,
                                 const PeakOptions& options) {
  const Extent3& n = scores.extent;
  std::vector<Peak> found;
  for (std::int64_t y = 0; y < n.y; ++y)
    for (std::int64_t x = 0; x < n.x; ++x) {
      const std::int64_t i = (z * n.y + y) * n.x + x;
      if (!std::isfinite(scores.data[i])) continue;
      if (options.mask.data != nullptr && options.mask.data[i] == 0) continue;
      const std::size_t t = template_at(options, i);
      if (t >= options.rules.size())
        throw Error("match", "template volume",
                    "names template " + std::to_string(t) + ", there are " +
                        std::to_string(options.rules.size()),
                    "it belongs to another run");
      const PeakRule& rule = options.rules[t];
      const Index3 voxel{z, y, x};
      if (!(scores.data[i] > rule.threshold) || !inside(voxel, n, rule.border_voxels) ||
          !is_top(scores, voxel))
        continue;
      found.push_back({voxel, {}, scores.data[i], t});
    }
  return found;
}

bool comes_first(const Peak& a, const Peak& b) {
  if (a.score != b.score) return a.score > b.score;
  if (a.voxel.z != b.voxel.z) return a.voxel.z < b.voxel.z;
  return a.voxel.y != b.voxel.y ? a.voxel.y < b.voxel.y : a.voxel.x < b.voxel.x;
}

/// Peaks that were kept, by cells as large as the largest exclusion radius: one that excludes a
/// voxel is in its cell or in a cell next to it.
class KeptPeaks {
 public:
  explicit KeptPeaks(const std::vector<PeakRule>& rules) : rules_(rules) {
    for (const PeakRule& rule : rules)
      edge_ = {std::max(edge_.z, rule.exclusion_voxels.z),
               std::max(edge_.y, rule.exclusion_voxels.y),
               std::max(edge_.x, rule.exclusion_voxels.x)};
  }

  bool exclude(const Index3& v) const {
    const Index3 c = cell(v);
    for (std::int64_t z = c.z - 1; z <= c.z + 1; ++z)
      for (std::int64_t y = c.y - 1; y <= c.y + 1; ++y)
        for (std::int64_t x = c.x - 1; x <= c.x + 1; ++x) {
          const auto found = cells_.find(key({z, y, x}));
          if (found == cells_.end()) continue;
          for (const Peak& kept : found->second)
            if (within(v, kept)) return true;
        }
    return false;
  }

  void keep(const Peak& peak) { cells_[key(cell(peak.voxel))].push_back(peak); }

 private:
  bool within(const Index3& v, const Peak& kept) const {
    const Point3& r = rules_[kept.template_id].exclusion_voxels;
    const double z = static_cast<double>(v.z - kept.voxel.z) / r.z,
                 y = static_cast<double>(v.y - kept.voxel.y) / r.y,
                 x = static_cast<double>(v.x - kept.voxel.x) / r.x;
    return z * z + y * y + x * x <= 1;
  }
  Index3 cell(const Index3& v) const {
    const auto of = [](std::int64_t at, double edge) {
      return static_cast<std::int64_t>(static_cast<double>(at) / edge);
    };
    return {of(v.z, edge_.z), of(v.y, edge_.y), of(v.x, edge_.x)};
  }
  /// Cells of one number would only be searched together.
  static std::int64_t key(const Index3& c) { return (c.z * 1048583 + c.y) * 1048583 + c.x; }

  const std::vector<PeakRule>& rules_;
  Point3 edge_{1, 1, 1};
  std::unordered_map<std::int64_t, std::vector<Peak>> cells_;
};

}  // namespace

std::vector<Peak> find_peaks(VolumeView<const float> scores, const PeakOptions& options,
                             ThreadPool& pool) {
  check(scores, options);
  std::vector<std::vector<Peak>> planes(static_cast<std::size_t>(scores.extent.z));
  parallel_for(pool, 0, scores.extent.z, 1, [&](std::int64_t first, std::int64_t last, int) {
    for (std::int64_t z = first; z < last; ++z)
      planes[static_cast<std::size_t>(z)] = peaks_of_plane(scores, z, options);
  });
  std::vector<Peak> all, kept;
  for (const std::vector<Peak>& plane : planes) all.insert(all.end(), plane.begin(), plane.end());
  std::sort(all.begin(), all.end(), comes_first);
  KeptPeaks exclusion(options.rules);
  for (Peak& peak : all) {
    if (options.most > 0 && static_cast<std::int64_t>(kept.size()) == options.most) break;
    if (exclusion.exclude(peak.voxel)) continue;
    peak.position_voxels = peak_position(scores, peak.voxel);
    exclusion.keep(peak);
    kept.push_back(peak);
  }
  return kept;
}

ParticleList particles_at(std::span<const Peak> peaks, VolumeView<const std::int32_t> ids,
                          std::span<const std::vector<Rotation>> orientations) {
  ParticleList list;
  for (const Peak& peak : peaks) {
    const std::int32_t id = ids(peak.voxel.z, peak.voxel.y, peak.voxel.x);
    const std::vector<Rotation>& known = orientations[peak.template_id];
    if (id < 0 || static_cast<std::size_t>(id) >= known.size())
      throw Error("match", "angle volume",
                  "names orientation " + std::to_string(id) + ", the list has " +
                      std::to_string(known.size()),
                  "it belongs to another list of orientations");
    Particle particle;
    particle.position_voxels = peak.position_voxels;
    particle.class_label = static_cast<int>(peak.template_id) + 1;
    particle.orientation = known[static_cast<std::size_t>(id)];
    particle.score = peak.score;
    list.particles.push_back(particle);
  }
  return list;
}

}  // namespace dfe::match
