// SPDX-License-Identifier: Apache-2.0
// Volumes in HDF5: the dataset that is asked for, DeepFinder's `dataset`, or the only
// three-dimensional dataset of a file, as in most files of EMAN2. The geometry stands in attributes
// of the dataset, which other programs ignore.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "dfengine/volume_source.hpp"
#include "io/hdf5/hdf5_file.hpp"
#include "io/volume.hpp"

namespace dfe::io {

std::unique_ptr<VolumeSource> open_hdf5_volume(const std::filesystem::path& path,
                                               const VolumeReadOptions& options);

/// Attributes `voxel_size_angstrom`, `origin_angstrom`, `start_voxels`, `sampling` (z, y, x each),
/// `cell_angles_deg`, `space_group`, `labels` of the group or dataset `object`.
void write_geometry(h5::Writer& file, const std::string& object, const VolumeGeometry& geometry);

/// Reads what `write_geometry` wrote, as far as the file has it; the extent is not changed.
void read_geometry(const h5::Reader& file, const std::string& object, VolumeGeometry& geometry);

}  // namespace dfe::io
