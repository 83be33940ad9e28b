// SPDX-License-Identifier: Apache-2.0
// Volumes in OME-Zarr: a folder, of which the finest level is read, or the folder of one level.
#pragma once

#include <filesystem>
#include <memory>

#include "dfengine/volume_source.hpp"
#include "io/volume.hpp"

namespace dfe::io {

/// Opens a group with `multiscales`, one level of it, or an array alone (axes z, y, x, voxel size
/// unknown). Throws `Error` where the folder is none of these.
std::unique_ptr<VolumeSource> open_zarr_volume(const std::filesystem::path& folder,
                                               const VolumeReadOptions& options);

/// The attribute in which `write_zarr` keeps what OME-Zarr has no place for.
constexpr char kZarrExtras[] = "dfengine";

}  // namespace dfe::io
