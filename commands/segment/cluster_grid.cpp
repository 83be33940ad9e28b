// SPDX-License-Identifier: Apache-2.0
// Everything keeps outer faces in place: voxel i of a map whose voxels are `step` as long as the
// tomogram's is at (i + 1/2)·step - 1/2. Origins in headers do not count: programs disagree on
// them.
#include "commands/segment/cluster_grid.hpp"

#include <algorithm>
#include <cmath>

#include "commands/common/class_labels.hpp"
#include "commands/common/json_text.hpp"
#include "core/binning_note.hpp"
#include "engine/adapted_volume.hpp"

namespace dfe {
namespace {

constexpr double kSameSize = 0.01;  // as far as headers of the same voxel size differ

double mean(const Point3& p) { return (p.z + p.y + p.x) / 3; }

/// How many voxels of the tomogram are as long as one of the map, along an axis: the ratio of the
/// voxel sizes, made exact by the numbers of voxels; 0 where they contradict. Binning leaves a
/// whole ratio, and cuts or drops the last voxel; resampling leaves the faces.
double axis_step(double map_voxel, double tomogram_voxel, std::int64_t map_length,
                 std::int64_t tomogram_length) {
  const double ratio = map_voxel / tomogram_voxel, whole = std::round(ratio);
  const auto m = static_cast<double>(map_length), n = static_cast<double>(tomogram_length);
  if (whole >= 1 && std::abs(ratio / whole - 1) <= kSameSize && std::abs(m * whole - n) < whole)
    return whole;
  return std::abs(m * ratio - n) <= std::max(ratio, 1.0) + kSameSize * n ? n / m : 0;
}

Point3 step_by_headers(const std::string& path, const VolumeGeometry& map,
                       const VolumeGeometry& tomogram) {
  const VoxelSize &a = map.voxel_size, &b = tomogram.voxel_size;
  if ((!a.known() || !b.known()) && map.extent == tomogram.extent) return {1, 1, 1};
  if (!a.known() || !b.known())
    throw Error("cluster", path,
                "has " + map.extent.to_string() + " voxels, the tomogram " +
                    tomogram.extent.to_string() +
                    " (z, y, x), and the voxel size is unknown of one of them",
                "correct the headers");
  const Point3 step{axis_step(a.z_angstrom, b.z_angstrom, map.extent.z, tomogram.extent.z),
                    axis_step(a.y_angstrom, b.y_angstrom, map.extent.y, tomogram.extent.y),
                    axis_step(a.x_angstrom, b.x_angstrom, map.extent.x, tomogram.extent.x)};
  if (std::min({step.z, step.y, step.x}) > 0) return step;
  throw Error("cluster", path,
              "has " + map.extent.to_string() + " voxels of " + voxel_size_text(a) +
                  ", but the tomogram of --like has " + tomogram.extent.to_string() + " of " +
                  voxel_size_text(b) + " (z, y, x): they are not of one volume",
              "give the tomogram of this label map, or correct the voxel sizes");
}

/// What the note in the header says, or the map alone.
ClusterGrid grid_by_note(const std::string& path, const VolumeGeometry& map, Job* job) {
  ClusterGrid grid{map, map, {1, 1, 1}, false};
  const std::optional<BinningNote> note = find_binning_note(map.labels);
  if (!note) return grid;
  if (note->binned() != map.extent) {
    if (job)
      job->warn(path + ": the header says '" + note->to_string() + "', but the map has " +
                map.extent.to_string() +
                " voxels; positions are in voxels of the map. Give the tomogram with --like");
    return grid;
  }
  if (job)
    job->message(LogLevel::Info,
                 path + ": " + note->to_string() + "; positions are in voxels of the tomogram");
  const auto factor = static_cast<double>(note->factor);
  grid.step = {factor, factor, factor};
  grid.tomogram.extent = note->tomogram;
  grid.tomogram.voxel_size = {map.voxel_size.z_angstrom / factor,
                              map.voxel_size.y_angstrom / factor,
                              map.voxel_size.x_angstrom / factor};
  return grid;
}

}  // namespace

ClusterGrid grid_of_map(const std::string& path, const VolumeGeometry& map,
                        const std::optional<VolumeGeometry>& like, Job* job) {
  return like ? ClusterGrid{*like, map, step_by_headers(path, map, *like), false}
              : grid_by_note(path, map, job);
}

void set_min_sizes(ClusterOptions& options,
                   const std::vector<std::pair<std::string, std::int64_t>>& sizes,
                   std::string_view area, const std::vector<std::string>& class_names,
                   std::int64_t classes, const std::string& source) {
  for (const auto& [name, size] : sizes)
    options.min_size_of_class[class_label(area, "--min-size", name, class_names, classes, source)] =
        size;
}

ClusterOptions on_grid(const ClusterOptions& asked, const ClusterGrid& grid) {
  ClusterOptions options = asked;
  options.min_size = 1;
  options.min_size_of_class.clear();
  if (asked.radius.is_angstrom || asked.radius.value == 0) return options;
  options.radius.value /= mean(grid.step);
  return options;
}

}  // namespace dfe
