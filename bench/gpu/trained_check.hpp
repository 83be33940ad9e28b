// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "kernels/backend.hpp"

namespace dfe {

/// A trained network on a tomogram, on `backend` and on the CPU in fp32: prints one JSON object
/// with what share of the labels agrees, the relative L2 of the scores, and whether a second run
/// gave the same bits. Returns the exit code.
int check_trained(Backend& backend, const std::string& weights, const std::string& tomogram);

}  // namespace dfe
