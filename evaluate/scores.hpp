// SPDX-License-Identifier: Apache-2.0
// From outcomes to counts and scores.
#pragma once

#include <set>
#include <vector>

#include "evaluate/rules.hpp"

namespace dfe {

/// Counts of a class by its label; 0 for all classes as one.
using Counts = std::map<int, Score>;

/// Adds up outcomes of `localization` under key 0 and of `outcomes` under their classes. Only tp,
/// fp and fn are set. `labels` are present in any case.
Counts count(const std::vector<Outcome>& outcomes, const std::vector<Outcome>& localization,
             const std::set<int>& labels, MatchRule rule);

/// Fills in the values that follow from the counts.
void finish(Counts& counts, double beta);

/// Weighted mean over classes that have true particles.
Score mean_score(const Counts& counts, const std::map<int, double>& weights);

/// Every label of the outcomes, without 0.
std::set<int> labels_of(const std::vector<Outcome>& outcomes);

/// The outcomes for localization of a result.
const std::vector<Outcome>& localization_of(const MatchResult& result);

}  // namespace dfe
