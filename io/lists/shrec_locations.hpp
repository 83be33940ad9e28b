// SPDX-License-Identifier: Apache-2.0
// Location files of the SHREC contest: one particle a line, "name c1 c2 c3" in voxels and more
// words after them, z first in 2019 and x first in 2021. Nothing in the file says which, so the
// order is chosen by the user or guessed: a tomogram is thinner along z.
#pragma once

#include <string>
#include <string_view>

#include "io/particle_list.hpp"

namespace dfe::io::lists {

/// Classes are numbered from 1 in the order of the alphabet, as the contest's log does. Words after
/// the positions (angles, whose convention differs between the years) are kept as they stand in
/// extra columns word_5, word_6, ... Blank lines and lines that begin with # are skipped.
ParticleList parse_shrec(std::string_view text, const std::string& name,
                         const ListOptions& options);

}  // namespace dfe::io::lists
