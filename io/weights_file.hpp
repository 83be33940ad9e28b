// SPDX-License-Identifier: Apache-2.0
// The door to weights files: Keras in all its layouts, and our own, which is HDF5 that Keras loads
// too.
#pragma once

#include <filesystem>

#include "dfengine/weights.hpp"

namespace dfe::io {

/// Reads weights of the DeepFinder network and checks every shape. Throws `Error` naming the file,
/// the layer that does not fit and what was expected. Class names, voxel size, normalization and
/// provenance come from our own attributes where the file has them.
Weights read_weights(const std::filesystem::path& path);

/// Writes a file that both `read_weights` and Keras' `load_weights` take; it appears whole or not
/// at all.
void write_weights(const std::filesystem::path& path, const Weights& weights);

}  // namespace dfe::io
