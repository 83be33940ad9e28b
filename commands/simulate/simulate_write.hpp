// SPDX-License-Identifier: Apache-2.0
// The files of one simulated tomogram: what docs/simulate.md lists.
#pragma once

#include <filesystem>
#include <string>

#include "commands/common/json_text.hpp"
#include "commands/simulate/simulate_settings.hpp"
#include "io/run_record.hpp"

namespace dfe {

/// What the names of a tomogram's files end with, after what they have in common.
inline constexpr const char* kTomogramFiles[] = {
    ".mrc",           "_target.mrc",    "_density.mrc",   "_clean.mrc",
    "_instances.mrc", "_occupancy.mrc", "_membranes.mrc", "_projections.mrc",
    "_objl.xml",      "_objl.star",     "_objl.csv",      "_decoys.csv",
    ".tlt",           "_tilts.csv",     ".mrc.run.json"};

struct WrittenTomogram {
  std::string text;  ///< a line for a person
  Json json;
};

/// Writes everything that the settings want, under names that begin with `prefix`; `record` last,
/// so that where it is, everything is.
WrittenTomogram write_tomogram(const std::filesystem::path& prefix,
                               const SimulateSettings& settings, const Scene& scene,
                               const ImagedScene& imaged, io::RunRecord& record);

}  // namespace dfe
