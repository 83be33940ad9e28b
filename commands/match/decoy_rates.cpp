// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "commands/match/decoy_rates.hpp"

#include <algorithm>

#include "match/thresholds.hpp"

namespace dfe {

namespace {

/// Writes the q-values of the peaks of one template and its decoys to their places in `all`.
void find_q_values(const std::vector<match::Peak>& peaks,
                   const std::vector<Contestant>& contestants, std::size_t t, double decoys,
                   std::vector<double>& all) {
  std::vector<match::Candidate> candidates;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < peaks.size(); ++i) {
    const Contestant& winner = contestants[peaks[i].template_id];
    if (winner.of != t) continue;
    candidates.push_back({static_cast<double>(peaks[i].score), !winner.decoy.empty()});
    places.push_back(i);
  }
  const std::vector<double> values = match::q_values(candidates, decoys);
  for (std::size_t i = 0; i < places.size(); ++i) all[places[i]] = values[i];
}

}  // namespace

std::int64_t DecoyRates::places_of(const std::string& decoy) const {
  for (const auto& [kind, places] : decoy_places)
    if (kind == decoy) return places;
  return 0;
}

TemplatePeaks without_decoys(const std::vector<match::Peak>& peaks,
                             const std::vector<Contestant>& contestants, std::size_t templates) {
  TemplatePeaks result;
  result.rates.resize(templates);
  for (const Contestant& contestant : contestants)
    if (!contestant.decoy.empty())
      result.rates[contestant.of].decoy_places.emplace_back(contestant.decoy, 0);
  std::vector<double> q(peaks.size(), 1);
  for (std::size_t t = 0; t < templates; ++t)
    if (const std::size_t decoys = result.rates[t].decoy_places.size(); decoys > 0)
      find_q_values(peaks, contestants, t, static_cast<double>(decoys), q);
  for (std::size_t i = 0; i < peaks.size(); ++i) {
    const Contestant& winner = contestants[peaks[i].template_id];
    DecoyRates& rates = result.rates[winner.of];
    if (winner.decoy.empty()) {
      ++rates.template_places;
      rates.false_discovery_rate = std::max(rates.false_discovery_rate, q[i]);
      result.peaks.push_back(peaks[i]);
      result.q_values.push_back(q[i]);
      continue;
    }
    for (auto& [kind, places] : rates.decoy_places)
      if (kind == winner.decoy) ++places;
  }
  return result;
}

}  // namespace dfe
