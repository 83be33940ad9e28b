// SPDX-License-Identifier: Apache-2.0
// The voxel size that a list states of its tomogram. A list in Å may state one that its positions
// do not need: where it is not that of the tomogram, one of the two is wrong, or the list was made
// on another binning.
#pragma once

#include <string>

#include "io/particle_list.hpp"

namespace dfe::io::lists {

/// Notes that the voxel size is what `file` states, unless it is known more exactly who told it.
void note_teller(ListTomogram& stated, const std::string& file);

/// Whether the voxel size is the list's own.
bool is_own_size(const ListTomogram& t);

/// Compares what a list in Å states of a tomogram with what is known of it. A whole ratio of voxel
/// sizes is a binning and gives a warning, because positions in Å are the same on each; throws a
/// usage `Error` for another one.
void compare_sizes(ParticleList& list, const ListTomogram& stated, const ListTomogram& known,
                   const std::string& file, const ListOptions& options);

}  // namespace dfe::io::lists
