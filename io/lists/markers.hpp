// SPDX-License-Identifier: Apache-2.0
// Marker sets of Chimera and ChimeraX (.cmm), which ArtiaX reads too: XML with an element per
// point, x, y and z in Å from the centre of the tomogram's first voxel. A set is a class. Source:
// ChimeraX's markers/cmmfiles.py.
#pragma once

#include <string>
#include <string_view>

#include "io/particle_list.hpp"

namespace dfe::io::lists {

ParticleList parse_markers(std::string_view text, const std::string& name,
                           const ListOptions& options);

/// A list of one tomogram: a set of markers for each class. Label and score stand in attributes of
/// our own, which other programs pass over.
std::string format_markers(const ParticleList& list, const std::string& name,
                           const ListOptions& options);

}  // namespace dfe::io::lists
