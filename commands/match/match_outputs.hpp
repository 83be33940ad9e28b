// SPDX-License-Identifier: Apache-2.0
// Names of what template matching writes: all begin with the prefix that the user chose, or in a
// folder with the tomogram's name. With several templates what belongs to one has its name, too.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "commands/common/late_results.hpp"
#include "commands/common/outputs.hpp"
#include "commands/match/competition.hpp"

namespace dfe {

/// The results of one tomogram, by their places in `OutputJob::outputs`; the number is that of a
/// search, for a template or a decoy.
class MatchOutputs {
 public:
  MatchOutputs(const OutputJob& job, bool extract_only)
      : outputs_(job.outputs), step_(extract_only ? 1 : 4) {}

  const std::filesystem::path& list() const { return outputs_[0]; }
  const std::filesystem::path& histogram(std::size_t t) const { return outputs_[1 + t * step_]; }
  // Not with `extract_only`:
  const std::filesystem::path& scores(std::size_t t) const { return outputs_[2 + t * step_]; }
  const std::filesystem::path& angles(std::size_t t) const { return outputs_[3 + t * step_]; }
  const std::filesystem::path& record(std::size_t t) const { return outputs_[4 + t * step_]; }
  /// Of the templates with --mask-radius, in their order; they are the last results.
  const std::filesystem::path& mask(std::size_t searches, std::size_t place) const {
    return outputs_[1 + searches * step_ + place];
  }

 private:
  const std::vector<std::filesystem::path>& outputs_;
  std::size_t step_;
};

/// What one tomogram gets; `middles` as in `MatchSearch`, `masks` those of the templates whose mask
/// is written. An output that is called like a list is that list, and its name without extension
/// the prefix of the others. `several`: there are more tomograms; `name_of`: what names in a folder
/// begin with, by default an input's own name.
std::vector<OutputKind> match_outputs(
    const MatchRequest& request, const std::vector<std::string>& middles,
    const std::vector<std::string>& masks, bool several,
    const std::function<std::string(const std::string&)>& name_of = {});

/// Writes the list and the histograms, and says what was found.
Written write_extraction(const MatchRequest& request, const OutputJob& output,
                         Extraction& extraction, Job& job);

}  // namespace dfe
