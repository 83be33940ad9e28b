// SPDX-License-Identifier: Apache-2.0
// TIFF stacks: image number z is plane z, row y of it is y, from the top. (IMOD counts rows from
// the bottom; its tif2mrc mirrors y.)
#pragma once

#include <memory>

#include "dfengine/volume_source.hpp"
#include "io/random_file.hpp"
#include "io/volume.hpp"

namespace dfe::io {

/// Whether the first bytes are those of TIFF or BigTIFF.
bool looks_like_tiff(std::span<const std::byte> head);

/// Throws `Error` where images differ in size or type, or are coloured.
std::unique_ptr<VolumeSource> open_tiff(RandomFile file, const VolumeReadOptions& options);

}  // namespace dfe::io
