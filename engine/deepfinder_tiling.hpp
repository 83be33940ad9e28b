// SPDX-License-Identifier: Apache-2.0
// Segmentation in DeepFinder's own way: overlapping cubic tiles, cropped by 25 voxels and averaged
// in half precision. Not exact (the crop is smaller than what a voxel sees, and the tiles' pooling
// grids differ); here to compare with labels made by the released software.
#pragma once

#include <vector>

#include "dfengine/segment.hpp"
#include "engine/network.hpp"

namespace dfe {

/// Centres of the tiles along an axis of `length` voxels, in the volume padded by 25 on either
/// side. Source: DeepFinder, Segment.launch.
std::vector<std::int64_t> deepfinder_centres(std::int64_t length, std::int64_t patch);

/// Throws a usage `Error` where the patch is no multiple of 4 above 54 or an axis of the volume is
/// too short for it.
void check_deepfinder_patch(const VolumeSource& tomogram, std::int64_t patch);

/// Fills `map`, and hands on the averaged scores one plane at a time.
void segment_deepfinder_tiles(const VolumeSource& tomogram, const Network& network,
                              const SegmentPlan& plan, Normalization normalization, LabelMap& map,
                              const ScoreSink& sink, Observer* observer);

}  // namespace dfe
