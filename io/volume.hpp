// SPDX-License-Identifier: Apache-2.0
// The door to volume files: one function opens any of them, two write. Content decides the format,
// not the file name.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dfengine/label_map.hpp"
#include "dfengine/volume.hpp"
#include "dfengine/volume_source.hpp"

namespace dfe::io {

/// What a user may know better than the file.
struct VolumeReadOptions {
  std::optional<double> voxel_size_angstrom;  ///< overrides the file's voxel size
  std::optional<bool> signed_bytes;           ///< overrides the guess for MRC mode 0
  std::string hdf5_dataset = "dataset";       ///< name of the dataset in HDF5 files
};

/// Opens an MRC (.mrc .rec .map .st .ali, also gzip or bzip2 compressed), HDF5 or EM volume. Throws
/// `Error` naming the file, the fact and the remedy where it cannot be used.
std::unique_ptr<VolumeSource> open_volume(const std::filesystem::path& path,
                                          const VolumeReadOptions& options = {});

/// Reads a whole volume as float.
Volume<float> read_volume(const VolumeSource& source);

/// Reads a volume of class labels; every voxel must be a whole number from 0 to 255.
LabelMap read_label_map(const std::filesystem::path& path, const VolumeReadOptions& options = {});

/// Writes labels as MRC mode 0 (mode 6 where a label exceeds 127), or HDF5 `dataset` as int8
/// (uint8) or EM, by the file name's ending. The geometry goes into the header. The file appears
/// whole or not at all.
void write_label_map(const std::filesystem::path& path, const LabelMap& map);

/// Writes float voxels as MRC mode 2, HDF5 or EM, by the file name's ending. The file appears whole
/// or not at all.
void write_volume(const std::filesystem::path& path, VolumeView<const float> volume,
                  const VolumeGeometry& geometry);

/// Endings of the file names that `write_label_map` and `write_volume` take.
bool is_volume_file_name(const std::filesystem::path& path);

}  // namespace dfe::io
