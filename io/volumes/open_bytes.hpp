// SPDX-License-Identifier: Apache-2.0
// MRC, TIFF and EM files from any bytes: the file on disk, or a block of memory (fuzzing, tests).
// Compressed MRC files are unpacked here.
#pragma once

#include <memory>

#include "dfengine/volume_source.hpp"
#include "io/random_file.hpp"
#include "io/volume.hpp"

namespace dfe::io {

/// Throws `Error` where the bytes are no volume that can be read.
std::unique_ptr<VolumeSource> open_bytes(RandomFile file, const VolumeReadOptions& options);

/// Whether the file is HDF5, which has a reader of its own.
bool looks_like_hdf5(const RandomFile& file);

}  // namespace dfe::io
