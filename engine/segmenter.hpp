// SPDX-License-Identifier: Apache-2.0
// What the public Segmenter does, on a backend that may exist already: tests and benchmarks have
// backends that no device name stands for.
#pragma once

#include <memory>

#include "dfengine/segment.hpp"
#include "kernels/backend.hpp"

namespace dfe {

/// What one tomogram needs and the next of the same extent can have again.
struct PreparedNetwork;

/// As `Segmenter`.
class BackendSegmenter {
 public:
  /// The weights must outlive it. Without a backend the options say which device is opened; with
  /// one, options.compute matters no more, but for its memory.
  BackendSegmenter(const Weights& weights, const SegmentOptions& options,
                   std::unique_ptr<Backend> backend = nullptr);
  ~BackendSegmenter();

  LabelMap segment(const VolumeSource& tomogram, const ScoreSink& scores = {},
                   Observer* observer = nullptr, SegmentPlan* plan = nullptr);
  void open_device(Observer* observer);
  void plan(const VolumeSource& tomogram, bool with_scores);
  bool on_card() const;

 private:
  const Weights& weights_;
  SegmentOptions options_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<PreparedNetwork> prepared_;
};

/// As `segment`, but on `backend`; options.compute matters no more, but for its memory.
LabelMap segment_on(Backend& backend, const VolumeSource& tomogram, const Weights& weights,
                    const SegmentOptions& options, const ScoreSink& scores = {},
                    Observer* observer = nullptr, SegmentPlan* plan = nullptr);

}  // namespace dfe
