// SPDX-License-Identifier: Apache-2.0
// CSV files whose columns another program prescribes. All are read as any CSV.
#pragma once

#include <string>

#include "io/particle_list.hpp"

namespace dfe::io::lists {

/// The CZII challenge's submission: id, experiment, particle_type and x, y, z in Å from the centre
/// of the first voxel.
std::string format_czii(const ParticleList& list, const std::string& name,
                        const ListOptions& options);

/// copick's picks as CSV, for 'copick add picks': run_name, x, y, z in Å from the centre of the
/// first voxel, the 4x4 matrix transform_00 to transform_33, score, instance_id.
std::string format_copick_csv(const ParticleList& list, const std::string& name,
                              const ListOptions& options);

/// napari's points layer: index and the voxels along z, y and x (axis-0, axis-1, axis-2).
std::string format_napari(const ParticleList& list);

}  // namespace dfe::io::lists
