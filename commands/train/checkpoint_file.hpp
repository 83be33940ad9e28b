// SPDX-License-Identifier: Apache-2.0
// What a training run keeps in HDF5: checkpoints, which hold its progress bit for bit, and the
// history of its epochs.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/training/progress.hpp"

namespace dfe {

/// Writes a checkpoint (HDF5); the file appears whole or not at all.
void write_checkpoint(const std::filesystem::path& path, const TrainProgress& progress);

/// How the run of a checkpoint was started.
struct CheckpointStart {
  std::string config;                    ///< effective configuration
  std::string config_anywhere;           ///< the same with absolute paths; empty: not noted
  std::vector<std::string> overrides;    ///< settings that were given besides the file
  std::array<std::int64_t, 3> widths{};  ///< channels of the network; 0: not noted
};

/// Throws `Error` where there is no checkpoint.
CheckpointStart read_checkpoint_start(const std::filesystem::path& path);

/// Reads a checkpoint into `progress`, whose weights say which network is expected. Throws `Error`
/// where the file is none, or is of another network.
void read_checkpoint(const std::filesystem::path& path, TrainProgress& progress);

/// One dataset of float64 per column, (epochs) or (epochs, classes), and the class names.
void write_history(const std::filesystem::path& path, const History& history,
                   const std::vector<std::string>& class_names);

}  // namespace dfe
