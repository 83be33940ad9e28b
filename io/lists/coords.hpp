// SPDX-License-Identifier: Apache-2.0
// .coords files: a particle per line, as words between blanks or tabs. crYOLO, TomoTwin and ArtiaX
// write "x y z"; DeepETPicker "class x y z". Voxels, 0-based.
#pragma once

#include <string>
#include <string_view>

#include "io/particle_list.hpp"

namespace dfe::io::lists {

/// The first line shows which of the two it is, unless `options.format` says it.
ParticleList parse_coords(std::string_view text, const std::string& name,
                          const ListOptions& options);

/// With classes for DeepETPicker, and then with positions rounded to voxels, as its own are.
std::string format_coords(const ParticleList& list, const ListOptions& options);

}  // namespace dfe::io::lists
