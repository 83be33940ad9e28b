// SPDX-License-Identifier: Apache-2.0
// Files given in each other's place: what is a tomogram, weights or a label map is found out when
// reading fails, or by the voxels, and said.
#pragma once

#include <memory>
#include <string>

#include "dfengine/volume_source.hpp"
#include "dfengine/weights.hpp"
#include "io/volume.hpp"

namespace dfe {

/// `io::read_weights`, with an error of its own where the file is a volume.
Weights read_network(const std::string& path);

/// `io::open_volume`, or `io::open_header`, with an error of its own where the file is weights.
std::unique_ptr<VolumeSource> open_tomogram(const std::string& path,
                                            const io::VolumeReadOptions& options, bool header_only);

/// Whether all voxels of some planes are whole numbers from 0 to 255, of few kinds. Tomograms
/// stored as bytes have hundreds of kinds.
bool looks_like_labels(const VolumeSource& volume);

}  // namespace dfe
