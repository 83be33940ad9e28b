// SPDX-License-Identifier: Apache-2.0
// The axis order of lists whose files do not tell it (DeepFinder XML, SHREC locations): chosen by
// the user, stated by the file, or found. Evidence comes in the order of its strength: positions
// outside the tomogram, then what the caller knows of the tomogram's voxels, then a guess.
#pragma once

#include <optional>
#include <string>

#include "io/particle_list.hpp"

namespace dfe::io::lists {

/// Exchanges x and z of `list`, whose positions were read with x as the fastest axis, if the order
/// is zyx. `stated` is what the file says. `guess` is the order where nothing tells; it warns of
/// that. Throws what `ListOptions::find_axes` throws.
void settle_axes(ParticleList& list, const std::string& name, const ListOptions& options,
                 std::optional<XmlAxes> stated,
                 XmlAxes (*guess)(ParticleList& list, const ListOptions& options));

/// The size of the first tomogram whose size is known, as "464x928x928"; empty: none is.
std::string size_of_any(const ParticleList& list);

}  // namespace dfe::io::lists
