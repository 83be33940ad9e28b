// SPDX-License-Identifier: Apache-2.0
// Mean shift on a device against the CPU: equality, repeats, and the milliseconds of each step.
#pragma once

#include <cstdint>
#include <string>

#include "dfengine/extent.hpp"

namespace dfe {

/// Clusters a map of `balls` balls, `repeats` times on the device and once on the CPU, and prints
/// one JSON object. `device`: cpu, cuda, cuda:N or stand-in. Returns the exit code.
int check_mean_shift(const std::string& device, const Extent3& extent, std::int64_t balls,
                     int repeats);

}  // namespace dfe
