// SPDX-License-Identifier: Apache-2.0
// The two ways of `match`: from tomograms, and again from what a former run kept.
#pragma once

#include "dfengine/match.hpp"

namespace dfe {

/// Particles of tomograms. Both requests have been checked, as far as that is possible without
/// files; `asked_threads` were asked for before they were limited.
CommandReport match_tomograms(const MatchRequest& request, int asked_threads, Observer* observer);

/// Particles from the volumes of job records. Those of one tomogram compete.
CommandReport extract_again(const MatchRequest& request, int asked_threads, Observer* observer);

}  // namespace dfe
