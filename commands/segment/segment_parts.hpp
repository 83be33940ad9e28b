// SPDX-License-Identifier: Apache-2.0
// What `segment` and `pick` share: from a tomogram's file to its label map.
#pragma once

#include <filesystem>
#include <string>

#include "commands/common/json_text.hpp"
#include "dfengine/commands.hpp"
#include "io/run_record.hpp"

namespace dfe {

/// Reads the weights and puts the user's class names in. Throws `Error` where their number is not
/// that of the classes.
Weights read_weights_for(const SegmentRequest& request);

/// Notes every option of segmentation, and the weights.
void record_options(io::RunRecord& record, const SegmentRequest& request);

/// Opens the tomogram, bins or resamples it as asked, checks its voxel size against the weights',
/// segments it, and writes the scores where a path is given. With resampling the labels lie on the
/// tomogram's own grid; with binning on the binned one. The record gets stages, inputs and
/// warnings.
LabelMap segment_file(const std::string& tomogram, Segmenter& segmenter, const Weights& weights,
                      const SegmentRequest& request, const std::filesystem::path& scores,
                      io::RunRecord& record, Observer* observer);

}  // namespace dfe
