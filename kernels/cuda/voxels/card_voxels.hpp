// SPDX-License-Identifier: Apache-2.0
// A tomogram's voxels on a GPU.
#pragma once

#include <memory>

#include "dfengine/volume_source.hpp"
#include "kernels/cuda/machine/stages.hpp"
#include "kernels/voxel_input.hpp"

namespace dfe::card {

/// `keep`: what the pass for the statistics reads stays on the GPU, so that the volume is read
/// once. All three must outlive the result.
std::unique_ptr<VoxelInput> make_card_voxels(Machine& machine, Stages& stages,
                                             const VolumeSource& volume, bool keep);

}  // namespace dfe::card
