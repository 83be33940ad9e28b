// SPDX-License-Identifier: Apache-2.0
// What a file's name says.
#pragma once

#include <filesystem>
#include <string>

namespace dfe {

/// A volume as users name it: its file, and which one where the file has several.
struct VolumeName {
  std::filesystem::path file;
  std::string part;  ///< dataset of an HDF5 file ("/raw") or number in a stack ("3", from 1)
};

/// "two.h5:/raw" and "two.h5:raw" are the dataset /raw of two.h5, "stack.mrcs:3" is the third
/// volume of stack.mrcs. The file extension must be one of HDF5 or MRC; all else is a plain
/// file name, without a part.
VolumeName split_volume_name(const std::filesystem::path& name);

/// The file's name without folder, compression ending and format ending: "a/tomo_7.rec.gz" ->
/// "tomo_7". A part of a file follows it: "two.h5:/raw" -> "two_raw". A level of a Zarr store has
/// the store's name: "tomo_7.zarr/1" -> "tomo_7". In copick's layout, where stores are named by
/// their kind, it is the run's: "ExperimentRuns/TS_7/VoxelSpacing10.000/denoised.zarr" -> "TS_7".
std::string base_name(const std::filesystem::path& path);

}  // namespace dfe
