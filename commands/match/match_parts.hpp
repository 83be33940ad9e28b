// SPDX-License-Identifier: Apache-2.0
// The two ways of `match`: from tomograms, and again from what a former run kept.
#pragma once

#include <vector>

#include "commands/common/batch.hpp"

namespace dfe {

/// Particles from the volumes of job records. `request` has been checked.
CommandReport extract_again(const MatchRequest& request, std::vector<OutputJob> records,
                            int asked_threads, Observer* observer);

/// Notes the options that decide which scores become particles.
void record_peak_options(io::RunRecord& record, const MatchRequest& request);

}  // namespace dfe
