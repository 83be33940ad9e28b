// SPDX-License-Identifier: Apache-2.0
// What decoys that competed say of the peaks: how many of a template's are false, and which.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "match/peaks.hpp"

namespace dfe {

/// A search that competed.
struct Contestant {
  std::size_t of = 0;  ///< place of its template
  std::string decoy;   ///< kind of the decoy; empty: the template itself
};

/// The places above the threshold that a template and its decoys won.
struct DecoyRates {
  std::int64_t template_places = 0;
  std::vector<std::pair<std::string, std::int64_t>> decoy_places;  ///< by kind
  double false_discovery_rate = 0;  ///< of all the template's places: the highest of their q-values

  std::int64_t places_of(const std::string& decoy) const;
};

/// The peaks that templates won.
struct TemplatePeaks {
  std::vector<match::Peak> peaks;  ///< by falling score; `template_id` is still the contestant's
  std::vector<double> q_values;    ///< of each; those of a template without decoys are 1
  std::vector<DecoyRates> rates;   ///< of each template
};

/// Takes the decoys' peaks out. A template's q-values come from its peaks and those of its own
/// decoys.
TemplatePeaks without_decoys(const std::vector<match::Peak>& peaks,
                             const std::vector<Contestant>& contestants, std::size_t templates);

}  // namespace dfe
