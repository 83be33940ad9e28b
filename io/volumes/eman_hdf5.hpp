// SPDX-License-Identifier: Apache-2.0
// What EMAN2 says of the images in its HDF5 files: attributes of the group above each image,
// /MDF/images/N. Source: HdfIO2 of EMAN2 (libEM/io/hdfio2.cpp).
#pragma once

#include <string>

#include "io/hdf5/hdf5_file.hpp"
#include "io/volume.hpp"

namespace dfe::io {

/// Volumes stored in fewer bits ("rendered"): a voxel is `scale` times what is stored plus
/// `offset`.
struct Rendering {
  double scale = 1, offset = 0;
  bool used = false;
};

/// Whether `dataset` is an image of EMAN2: /MDF/images/N/image.
bool is_eman_image(const std::string& dataset);

/// Reads voxel size and origin, as far as the file has them.
void read_eman_geometry(const h5::Reader& file, const std::string& dataset,
                        VolumeGeometry& geometry);

/// How voxels of `type` are rendered. Throws `Error` where the attributes make no sense.
Rendering read_eman_rendering(const h5::Reader& file, const std::string& dataset,
                              const std::string& type);

}  // namespace dfe::io
