// SPDX-License-Identifier: Apache-2.0
// Names of what template matching writes: all begin with the prefix that the user chose, or in a
// folder with the tomogram's name.
#pragma once

#include <cstddef>
#include <vector>

#include "commands/common/outputs.hpp"

namespace dfe {

/// Places in `OutputJob::outputs`. Without `extract_only` all of them, else the first two.
struct MatchOutput {
  static constexpr std::size_t kList = 0, kHistogram = 1, kScores = 2, kAngles = 3, kRecord = 4;
};

/// The results of a request. An output that is called like a list is that list, and its name
/// without extension the prefix of the others.
std::vector<OutputKind> match_outputs(const MatchRequest& request);

}  // namespace dfe
