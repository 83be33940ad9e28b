// SPDX-License-Identifier: Apache-2.0
// What reading and writing of RELION lists share.
#pragma once

#include <string_view>

namespace dfe::io::lists {

/// Columns of the optics table that the library does not use are kept as extra columns under this
/// prefix, one value per particle.
inline constexpr std::string_view kOpticsPrefix = "data_optics/";

/// Our own columns in STAR files; RELION keeps columns it does not know. The last one is 0 for
/// particles whose angles mean nothing, since a STAR column has no empty cells.
inline constexpr std::string_view kClusterSizeColumn = "_dfeClusterSize",
                                  kClassNameColumn = "_dfeClassName",
                                  kOrientedColumn = "_dfeOriented";

}  // namespace dfe::io::lists
