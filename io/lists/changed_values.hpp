// SPDX-License-Identifier: Apache-2.0
// What a format writes differently from what the list says: a 0 for what is missing, positions in
// whole voxels, and names with characters that it has no way to write.
#pragma once

#include <string>
#include <vector>

#include "io/particle_list.hpp"

namespace dfe::io::lists {

/// Adds a sentence for each such change.
void say_changed_values(const ParticleList& list, ListFormat format,
                        std::vector<std::string>& said);

}  // namespace dfe::io::lists
