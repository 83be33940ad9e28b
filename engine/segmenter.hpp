// SPDX-License-Identifier: Apache-2.0
// Segmentation on a backend that exists already: for tests and benchmarks, which have backends that
// no device name stands for.
#pragma once

#include "dfengine/segment.hpp"
#include "kernels/backend.hpp"

namespace dfe {

/// As `segment`, but on `backend`; options.compute matters no more, but for its memory.
LabelMap segment_on(Backend& backend, const VolumeSource& tomogram, const Weights& weights,
                    const SegmentOptions& options, const ScoreSink& scores = {},
                    Observer* observer = nullptr, SegmentPlan* plan = nullptr);

/// As `Segmenter`, on `backend`.
Segmenter segmenter_on(std::unique_ptr<Backend> backend, const Weights& weights,
                       const SegmentOptions& options);

}  // namespace dfe
