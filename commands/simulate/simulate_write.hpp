// SPDX-License-Identifier: Apache-2.0
// The files of one simulated tomogram: what docs/simulate.md lists.
#pragma once

#include <filesystem>
#include <string>

#include "commands/common/json_text.hpp"
#include "commands/simulate/simulate_settings.hpp"
#include "io/run_record.hpp"

namespace dfe {

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
