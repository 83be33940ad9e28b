// SPDX-License-Identifier: Apache-2.0
// Clustering with the GPU, or its stand-in, given by the caller.
#pragma once

#include "dfengine/cluster.hpp"
#include "kernels/mean_shift.hpp"

namespace dfe {

/// As `cluster`, whatever the options say about the device. The CPU does what `device` refuses, and
/// everything where it is null.
ParticleList cluster_on(MeanShiftDevice* device, const LabelMap& map, const ClusterOptions& options,
                        const ScoreLookup* scores = nullptr, Observer* observer = nullptr);

}  // namespace dfe
