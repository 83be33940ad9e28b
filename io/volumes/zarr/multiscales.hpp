// SPDX-License-Identifier: Apache-2.0
// The image of an OME-Zarr group: its levels of resolution, with names and units of the axes.
// Source: the specification of OME-Zarr (NGFF) 0.1 to 0.5, section "multiscales".
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "dfengine/extent.hpp"
#include "dfengine/geometry.hpp"
#include "io/volumes/zarr/json_fields.hpp"

namespace dfe::io::zarr {

struct Axis {
  std::string name;
  std::string unit;  ///< "" where there is none
};

/// One level. Vectors have one entry for each axis, and are empty where the file does not say.
struct Level {
  std::string path;  ///< of its array within the group
  std::vector<double> scale, translation;
};

struct Multiscales {
  std::vector<Axis> axes;     ///< empty before version 0.3, where they are t, c, z, y, x
  std::vector<Level> levels;  ///< the finest first
};

/// The first image of a group's attributes; none where there is none. Throws `Error` where the
/// metadata are damaged, or name an array outside the group.
std::optional<Multiscales> parse_multiscales(const Json& attributes, const std::string& name);

/// Which dimension is z, y and x, in an array of `shape`. Throws `Error` where one is missing, or
/// another dimension has more than one entry.
std::array<int, 3> find_axes(const std::vector<Axis>& axes, const std::vector<std::int64_t>& shape,
                             const std::string& name);

/// Puts voxel size and origin of a level into `info`, as far as they are known, and warns of units
/// that are missing or unknown.
void set_geometry(VolumeInfo& info, const std::vector<Axis>& axes, const Level& level,
                  const std::array<int, 3>& zyx);

}  // namespace dfe::io::zarr
