// SPDX-License-Identifier: Apache-2.0
// What all three kinds of density (shapes, atoms, maps) share: a fine cube comes in, the density
// and the mask of an object go out.
#pragma once

#include "dfengine/simulate.hpp"

namespace dfe::simulate {

/// Voxels of an object's density per tomogram voxel along each axis. At 2 linear interpolation of a
/// turned density costs little.
inline constexpr std::int64_t kOversampling = 2;

/// Largest cube that an object may take, in voxels of the tomogram.
inline constexpr std::int64_t kMaxCube = 256;

/// A cube of fine voxels for an object that reaches `reach_angstrom` from its centre: edges are
/// `voxel / (2 refine)`.
struct FineCube {
  std::int64_t size = 0;    ///< voxels of the tomogram along an edge, even
  std::int64_t refine = 1;  ///< fine voxels per voxel of the density
  std::int64_t fine() const { return size * kOversampling * refine; }
  double edge_angstrom(double voxel_size_angstrom) const {
    return voxel_size_angstrom / static_cast<double>(kOversampling * refine);
  }
};

/// Plans a cube with fine voxels of at most `edge_angstrom`, or as fine as memory allows. Throws
/// `Error` naming `object` for objects larger than `kMaxCube`.
FineCube plan_cube(double reach_angstrom, double edge_angstrom, const DensityOptions& options,
                   std::string_view object);

/// Cuts a fine cube in Fourier space to the resolution and to the density's voxels, and finds the
/// mask.
ObjectDensity finish_density(VolumeView<const float> fine, const FineCube& cube,
                             const DensityOptions& options, std::string_view object);

/// Fourier crop or pad of a cube to `size` voxels of the same field, with a low-pass that is 1 up
/// to half of `cutoff` (cycles per field) and falls to 0 there as a cosine.
Volume<float> fourier_resize(VolumeView<const float> cube, std::int64_t size, double cutoff);

/// Throws a usage `Error` for options that make no sense.
void check_density_options(const DensityOptions& options);

}  // namespace dfe::simulate
