// SPDX-License-Identifier: Apache-2.0
// One numbering for the classes of lists that are joined.
#pragma once

#include "dfengine/particle.hpp"

namespace dfe {

/// Gives both lists the same class names, and their particles the labels that go with them. Adds
/// warnings to `list` where labels are read in a way that the files do not state.
void join_classes(ParticleList& list, ParticleList& more);

}  // namespace dfe
