// SPDX-License-Identifier: Apache-2.0
// Weights from the bytes of an HDF5 file in memory: for members of archives and for the fuzz
// target.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "dfengine/weights.hpp"

namespace dfe::io::weights {

/// As `read_weights`, of bytes. `name` is for messages.
Weights read_image(std::span<const std::byte> bytes, const std::string& name);

}  // namespace dfe::io::weights
