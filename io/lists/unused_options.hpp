// SPDX-License-Identifier: Apache-2.0
// An option that changes nothing is a misunderstanding: the user learns of it.
#pragma once

#include "io/lists/place.hpp"
#include "io/particle_list.hpp"

namespace dfe::io::lists {

/// Adds a warning where coordinates are to be exchanged that the list names.
void warn_unused_axes(ParticleList& list, ListFormat format, const ListOptions& options);

/// Adds a warning where a binning is given for positions that count no pixels.
void warn_unused_binning(ParticleList& list, PositionUnit unit, const ListOptions& options);

}  // namespace dfe::io::lists
