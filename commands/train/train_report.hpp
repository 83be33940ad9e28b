// SPDX-License-Identifier: Apache-2.0
// The curves of a training run: one PNG, and one HTML page that holds them with the figures.
#pragma once

#include <string>
#include <vector>

#include "engine/training/history.hpp"
#include "io/report/png.hpp"

namespace dfe {

/// Loss, F1 of voxels and of objects against the epoch, below one another.
io::report::Image train_curves(const History& history, const std::vector<std::string>& class_names);

/// The page; `config` is the effective configuration.
std::string train_page(const History& history, const std::vector<std::string>& class_names,
                       std::int64_t best_epoch, const std::string& config);

}  // namespace dfe
