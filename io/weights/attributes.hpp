// SPDX-License-Identifier: Apache-2.0
// Our own attributes at the root of a weights file. Keras ignores them; a file without them is a
// Keras file like any other.
#pragma once

#include <string>

#include "dfengine/weights.hpp"
#include "io/hdf5/hdf5_file.hpp"

namespace dfe::io::weights {

/// Writes class names, voxel size, normalization, widths and provenance.
void write_attributes(h5::Writer& file, const Weights& weights);

/// Fills what the file has; leaves the rest of `weights` alone. Throws `Error` for values that make
/// no sense.
void read_attributes(const h5::Reader& file, const std::string& name, Weights& weights);

}  // namespace dfe::io::weights
