// SPDX-License-Identifier: Apache-2.0
// What each list format has a place for. The table drives what is said when a list is written, the
// round trips of the tests and the matrix in docs/particle_lists.md.
#pragma once

#include <string>
#include <vector>

#include "io/particle_list.hpp"

namespace dfe::io::lists {

/// What a format can hold besides positions.
struct Keeps {
  bool tomograms = false;  ///< which particle is in which tomogram
  bool tomogram_names = false, classes = false, class_names = false, orientations = false,
       scores = false, object_ids = false, cluster_sizes = false, voxel_size = false;
};

/// Of a format that is written.
Keeps keeps(ListFormat format);

/// One sentence for everything that the list has and the format cannot keep.
std::vector<std::string> losses(const ParticleList& list, ListFormat format);

/// STAR files with RELION's columns: those of RELION and of Warp.
bool is_relion(ListFormat format);

}  // namespace dfe::io::lists
