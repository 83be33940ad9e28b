// SPDX-License-Identifier: Apache-2.0
// Place and text labels of a volume as lines of text, for formats whose headers have no fields for
// them: "dfengine_origin=0 13.5 27" (z, y, x in Å), "dfengine_start=0 0 4" (voxels) and a line
// "dfengine_label=binned by 2 from 256x928x928 voxels" for each label.
#pragma once

#include <string>
#include <string_view>

#include "dfengine/geometry.hpp"

namespace dfe::io {

/// Lines for what is not as usual; empty where all is. Labels that do not fit into `most_bytes` are
/// left out, notes of binning last of all.
std::string geometry_text(const VolumeGeometry& geometry, std::size_t most_bytes);

/// Takes what it finds among the lines of `text`; other lines are passed over.
void read_geometry_text(std::string_view text, VolumeGeometry& geometry);

}  // namespace dfe::io
