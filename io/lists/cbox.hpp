// SPDX-License-Identifier: Apache-2.0
// crYOLO's .cbox files (1.8 and later): STAR tables data_global, data_cryolo and
// data_cryolo_include. CoordinateX and CoordinateY are the lower left corner of the box,
// CoordinateZ is its centre, all in voxels. Source: crYOLO's CoordsIO and TomoTwin's writer.
#pragma once

#include <string>
#include <vector>

#include "io/lists/star_table.hpp"
#include "io/particle_list.hpp"

namespace dfe::io::lists {

/// Whether these are the tables of a .cbox file.
bool is_cbox(const std::vector<StarBlock>& blocks);

ParticleList parse_cbox(const std::vector<StarBlock>& blocks, const std::string& name,
                        const ListOptions& options);

/// A list of one tomogram. Boxes have the widths of the list's columns _Width, _Height and _Depth,
/// or 32 voxels.
std::string format_cbox(const ParticleList& list);

}  // namespace dfe::io::lists
