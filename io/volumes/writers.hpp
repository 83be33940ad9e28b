// SPDX-License-Identifier: Apache-2.0
// The writers behind io/volume.hpp, one per format. Each takes voxels where they lie and streams
// them out plane by plane.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "dfengine/files.hpp"
#include "dfengine/label_map.hpp"
#include "dfengine/volume.hpp"

namespace dfe::io {

/// MRC: mode 0, or 6 where a label exceeds 127; floats mode 2. No extended header, axes 1, 2, 3,
/// statistics of the voxels.
void write_mrc(const std::filesystem::path& path, VolumeView<const std::uint8_t> labels,
               const VolumeGeometry& geometry);
void write_mrc(const std::filesystem::path& path, VolumeView<const float> volume,
               const VolumeGeometry& geometry);

/// EM (TOM), little-endian: bytes, or 16-bit integers where a label exceeds 127; floats. Of the
/// geometry the voxel size is kept, in the comment; place and labels in the 256 bytes of users.
void write_em(const std::filesystem::path& path, VolumeView<const std::uint8_t> labels,
              const VolumeGeometry& geometry);
void write_em(const std::filesystem::path& path, VolumeView<const float> volume,
              const VolumeGeometry& geometry);

/// HDF5 with the dataset `dataset`: int8, or uint8 where a label exceeds 127; float32. The geometry
/// stands in attributes of the dataset.
void write_hdf5(const std::filesystem::path& path, VolumeView<const std::uint8_t> labels,
                const VolumeGeometry& geometry, const std::vector<std::string>& class_names);
void write_hdf5(const std::filesystem::path& path, VolumeView<const float> volume,
                const VolumeGeometry& geometry);

/// OME-Zarr: a folder with levels of resolution in chunks of at most 256^3, compressed by Blosc;
/// uint8 or float32. Class names stand in `image-label`. Replaces an existing Zarr store, and
/// refuses to replace anything else.
void write_zarr(const std::filesystem::path& path, VolumeView<const std::uint8_t> labels,
                const VolumeGeometry& geometry, const std::vector<std::string>& class_names,
                OmeZarr version);
void write_zarr(const std::filesystem::path& path, VolumeView<const float> volume,
                const VolumeGeometry& geometry, OmeZarr version);

/// A TIFF stack in ImageJ's form: uint8 or float32. Of the geometry voxel size, place and labels
/// are kept.
void write_tiff(const std::filesystem::path& path, VolumeView<const std::uint8_t> labels,
                const VolumeGeometry& geometry);
void write_tiff(const std::filesystem::path& path, VolumeView<const float> volume,
                const VolumeGeometry& geometry);

/// "dfengine VERSION", what every file says of its maker.
std::string program_and_version();

}  // namespace dfe::io
