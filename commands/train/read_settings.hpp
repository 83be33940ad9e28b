// SPDX-License-Identifier: Apache-2.0
// The settings of a training run out of its configuration file.
#pragma once

#include <filesystem>

#include "engine/training/settings.hpp"
#include "io/config/config.hpp"

namespace dfe {

/// Asks for every setting. Throws a usage `Error` naming file, setting and line for what is
/// unknown, of another type, out of range or contradictory; `Error` where a folder of tomograms
/// cannot be listed. `output`, if given, is the folder instead of the setting.
TrainSettings read_train_settings(const io::Config& config,
                                  const std::filesystem::path& output = {});

}  // namespace dfe
