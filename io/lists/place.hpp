// SPDX-License-Identifier: Apache-2.0
// Where the numbers of a list lie in its tomograms. Readers take numbers as they stand in the file,
// and of every tomogram only what the file states; this is the one place that turns them into
// voxels of the tomogram, and back for the writers. A list and a tomogram that contradict each
// other are refused here, with both numbers and the setting that decides.
#pragma once

#include <string>
#include <vector>

#include "io/particle_list.hpp"

namespace dfe::io::lists {

/// What the positions of a file count.
enum class PositionUnit {
  Voxels,           ///< voxels or pixels from the centre of the first; the stated size is theirs
  Angstrom,         ///< Å from the centre of the tomogram's first voxel
  CentredAngstrom,  ///< RELION 5: (u - b·N/2)·p of the unbinned pixel u of p Å; N is the size in
                    ///< voxels, b·N/2 is not rounded
  CentredVoxels,    ///< u - b·N/2
  MiddleAngstrom,   ///< EMAN2: Å from the centre of voxel floor(N/2)
  Fractions,        ///< Warp: voxel over size, x/N
};

/// The list with positions in voxels of its tomograms. `list` has positions in `unit` and, of its
/// tomograms, what the file states: the pixels' size and the size in pixels. `shifts_angstrom` are
/// subtracted, one for each particle; empty: none. Throws a usage `Error` where something that
/// `unit` needs is unknown, where a list states another voxel size than its tomogram, and where it
/// names none of `options.tomograms`.
ParticleList place(ParticleList list, PositionUnit unit, const std::string& file,
                   const ListOptions& options, const std::vector<Point3>& shifts_angstrom = {});

/// Throws a usage `Error` at `where` for a binning that is not a number of at least 1.
void check_binning(const ListOptions& options, const std::string& where);

/// The list on the pixels that are written: b = `options.binning`, else the known binning where
/// `unbinned`, else 1. What is unknown of a tomogram comes from `options.tomograms`.
ParticleList on_pixels(ParticleList list, const std::string& file, const ListOptions& options,
                       bool unbinned);

/// Whether a table of tomograms has sizes in pixels of the unbinned tilt series and does not state
/// the tomogram's binning: `binning` is 1, and its source is unknown.
bool is_unbinned(const ListTomogram& tomogram);

/// A tomogram that is described by its unbinned pixels, by its voxels of b pixels.
ListTomogram binned(ListTomogram unbinned, double b);

VoxelSize scaled(const VoxelSize& voxel_size, double factor);
Point3 scaled(const Point3& point, double factor);

/// Positions from the tomogram's centre, in Å: what RELION 5 writes for a list `on_pixels`. Throws
/// a usage `Error` where size or voxel size are unknown.
Point3 centred_angstrom(const ParticleList& list, const Particle& particle, const std::string& file,
                        const ListSettings& settings);

/// Positions from the centre of the tomogram's first voxel, in Å. Throws a usage `Error` where the
/// voxel size is unknown; `what` begins its text ("copick's positions").
Point3 corner_angstrom(const ParticleList& list, const Particle& particle, const std::string& file,
                       const ListSettings& settings, const std::string& what);

}  // namespace dfe::io::lists
