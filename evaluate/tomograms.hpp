// SPDX-License-Identifier: Apache-2.0
// Lists of several tomograms, taken apart.
#pragma once

#include <string>
#include <vector>

#include "dfengine/particle.hpp"

namespace dfe {

/// Places of one tomogram's particles in two lists.
struct TomogramPart {
  std::string name;
  std::vector<std::size_t> a, b;
};

/// By name, in the order of first appearance in `b`, then `a`. Where neither list has more than one
/// tomogram they are taken as the same one, whatever they are called.
std::vector<TomogramPart> split_by_tomogram(const ParticleList& a, const ParticleList& b);

/// What `b` knows of the tomogram's voxels, else what `a` knows.
VoxelSize voxel_size_of(const TomogramPart& part, const ParticleList& a, const ParticleList& b);

}  // namespace dfe
