// SPDX-License-Identifier: Apache-2.0
// The particles of EMAN2's info files (info/NAME_info.json): boxes_3d holds [x, y, z, method,
// score, class], class_list the classes' names. With apix_unbin positions are in unbinned pixels of
// that size, from the centre of voxel floor(N/2) of the tomogram (e2spt_boxer.py since 2018-09);
// without it they are voxels of the tomogram. EMAN2's class k is label k + 1.
#pragma once

#include <string>
#include <string_view>

#include "io/particle_list.hpp"

namespace dfe::io::lists {

ParticleList parse_eman2(std::string_view text, const std::string& name,
                         const ListOptions& options);

/// A list of one tomogram, in its voxels. The unbinned pixel follows from `options.binning`, or
/// from what is known of the tomogram. Throws a usage `Error` where size or voxel size is unknown.
std::string format_eman2(const ParticleList& list, const std::string& name,
                         const ListOptions& options);

}  // namespace dfe::io::lists
