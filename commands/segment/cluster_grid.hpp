// SPDX-License-Identifier: Apache-2.0
// Where the labels that are clustered are in the tomogram as given, and particles in its voxels.
// Users speak of that tomogram alone: `--radius` and `--min-size` are in its voxels, and so are
// positions and sizes of clusters, whatever grid the labels are on.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "commands/common/job.hpp"
#include "dfengine/cluster.hpp"

namespace dfe {

struct ClusterGrid {
  VolumeGeometry tomogram;  ///< as given: extent and voxel size
  VolumeGeometry labels;    ///< of the map that is clustered
  Point3 step{1, 1, 1};     ///< edges of a voxel of that map, in voxels of the tomogram and along
                            ///< its axes
  bool rotated = false;     ///< the map is rotated about x (engine/rotated_volume.hpp)
};

/// The grid of a label map. What `like` says (the tomogram of a map that was binned elsewhere) goes
/// before the note that `segment --bin` leaves in the header; a map without either is the
/// tomogram's own size. A note that does not fit the map's extent is not used, with a warning.
/// Throws `Error` where the sizes of map and tomogram contradict.
ClusterGrid grid_of_map(const std::string& path, const VolumeGeometry& map,
                        const std::optional<VolumeGeometry>& like, Job* job);

/// Puts sizes by class name or label into options. `classes` counts the background, 0 where
/// unknown; `source` is the file that does or does not name its classes. Throws a usage `Error` of
/// `area` for a class that there is not.
void set_min_sizes(ClusterOptions& options,
                   const std::vector<std::pair<std::string, std::int64_t>>& sizes,
                   std::string_view area, const std::vector<std::string>& class_names,
                   std::int64_t classes, const std::string& source);

/// Options that a user gave, for the grid: the radius in its voxels, or in Å. Sizes are left to
/// `find_particles`.
ClusterOptions on_grid(const ClusterOptions& asked, const ClusterGrid& grid);

/// Clusters a map with options that a user gave. Positions and cluster sizes of the result are in
/// voxels of the tomogram, and so are the options. Clusters below the smallest size are dropped;
/// that size is rounded down to whole voxels of the map, so that none is lost for rounding. Warns
/// of a radius that is hardly meant, and says why there are no particles. `path` is the input,
/// which names the tomogram of the list by `name_pattern` (see `written_name`).
ParticleList find_particles(const std::string& path, const LabelMap& map, const ClusterGrid& grid,
                            const ClusterOptions& asked, const ScoreLookup* scores,
                            const std::string& name_pattern, Job& job);

}  // namespace dfe
