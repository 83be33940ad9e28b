// SPDX-License-Identifier: Apache-2.0
// What reading and writing of RELION lists share.
#pragma once

#include <array>
#include <string_view>

#include "dfengine/particle.hpp"

namespace dfe::io::lists {

/// Columns of the optics table that the library does not use are kept as extra columns under this
/// prefix, one value per particle.
inline constexpr std::string_view kOpticsPrefix = "data_optics/";

/// The name of the column without "data_optics/", or nothing for other columns.
std::string_view optics_column(const ExtraColumn& column);

/// Our own columns in STAR files; RELION keeps columns it does not know. The last three are 0 for
/// particles whose angles, score or number mean nothing, since a STAR column has no empty cells.
inline constexpr std::string_view kClusterSizeColumn = "_dfeClusterSize",
                                  kClassNameColumn = "_dfeClassName",
                                  kOrientedColumn = "_dfeOriented", kScoredColumn = "_dfeScored",
                                  kNumberedColumn = "_dfeNumbered";

/// The size of the particle's tomogram in the list's pixels. RELION 5 positions count from its
/// centre, and RELION has the size in tomograms.star only.
inline constexpr std::array<std::string_view, 3> kTomogramSizeColumns{
    "_dfeTomoSizeX", "_dfeTomoSizeY", "_dfeTomoSizeZ"};

}  // namespace dfe::io::lists
