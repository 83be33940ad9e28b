// SPDX-License-Identifier: Apache-2.0
// How large an object the network can see, for warnings about radii and shapes.
#pragma once

namespace dfe {

/// How far the network sees from a voxel towards lower indices, at most, in voxels; towards higher
/// ones it is 34 (docs/design/engine.md). It never sees both ends of what reaches farther.
inline constexpr double kReceptiveRadius = 31;

}  // namespace dfe
