// SPDX-License-Identifier: Apache-2.0
// The door to volume files for the rest of the library: the public functions, called by io:: so
// that whoever touches a file shows it, and what commands alone ask. Content decides the format
// that is read, not the file name.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "dfengine/files.hpp"

namespace dfe::io {

using dfe::open_volume;
using dfe::read_labels;
using dfe::read_volume;
using dfe::VolumeReadOptions;
using dfe::VolumeWriteOptions;
using dfe::write_labels;
using dfe::write_volume;

/// What `open_volume` gives, but of a compressed file only the first bytes are unpacked: `info` is
/// right, `resident_bytes` what it would take, and voxels cannot be read.
std::unique_ptr<VolumeSource> open_header(const std::filesystem::path& path,
                                          const VolumeReadOptions& options = {});

/// Whether a warning of a volume says that its thin axis is y: what IMOD's `tilt` writes.
bool is_about_thin_y(const std::string& warning);

/// Whether a file's name ends as those that `write_labels` and `write_volume` take; a volume in a
/// file ("two.h5:/raw") counts.
bool is_volume_file_name(const std::filesystem::path& path);

/// Whether a volume of this name is written as a folder (.zarr).
bool is_zarr_file_name(const std::filesystem::path& path);

/// Whether a folder is a volume, which is read and replaced as a file is: a Zarr store, or an image
/// or array in one.
bool is_volume_folder(const std::filesystem::path& path);

/// Throws a usage `Error`, as they do, for a file name with another ending.
void check_volume_file_name(const std::filesystem::path& path);

}  // namespace dfe::io
