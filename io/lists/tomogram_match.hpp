// SPDX-License-Identifier: Apache-2.0
// Which tomograms a list's particles are of: those that it names, or the one that it is used with.
// A list names the tomogram of all its particles or of none: whose the others are, nobody can tell.
#pragma once

#include <string>
#include <vector>

#include "io/particle_list.hpp"

namespace dfe::io::lists {

/// Throws `Error` where some particles have a tomogram and others do not.
void refuse_partly_named(const ParticleList& list, const std::string& file);

/// Puts particles without a tomogram into that of this name. An empty name changes nothing.
void name_unnamed(ParticleList& list, const std::string& name);

/// What `options.tomograms` say of every tomogram of the list, and last of particles without; null:
/// nothing. Throws a usage `Error` where they are other tomograms than the list's, and where two of
/// them may be the same one.
std::vector<const ListTomogram*> match_tomograms(const ParticleList& list, const std::string& file,
                                                 const ListOptions& options);

}  // namespace dfe::io::lists
