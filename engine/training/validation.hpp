// SPDX-License-Identifier: Apache-2.0
// How good weights are on tomograms that they were not trained on: the whole tomogram is segmented
// and picked as a user would do it, so the scores are those that count, of voxels and of objects.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dfengine/evaluate.hpp"
#include "dfengine/segment.hpp"
#include "engine/training/settings.hpp"

namespace dfe {

struct ValidationTomogram {
  std::string name;
  std::shared_ptr<const VolumeSource> tomogram, target;
  std::optional<std::vector<Particle>> objects;  ///< the truth; nothing where there is no list
};

struct ValidationResult {
  ClassSums sums;  ///< over all voxels of all tomograms
  std::optional<Scores>
      objects;  ///< pooled over the tomograms with a list; nothing without a radius or lists
};

/// Segments every tomogram and compares. Bit-identical for any slab height and number of threads.
/// Throws `Error` where a file cannot be read, or the observer cancels.
ValidationResult validate(const Weights& weights, const std::vector<ValidationTomogram>& tomograms,
                          const ValidationSettings& settings, const SegmentOptions& options,
                          Observer* observer);

/// Shares of voxels by class: precision correct/predicted, recall correct/labelled, and F1; NaN
/// where 0/0.
Score voxel_score(const ClassSums& sums, std::size_t label);

/// Mean F1 over the classes above 0 that are labelled somewhere; NaN where none is.
double mean_voxel_f1(const ClassSums& sums);

/// Share of voxels with the right label.
double voxel_accuracy(const ClassSums& sums);

}  // namespace dfe
