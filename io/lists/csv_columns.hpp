// SPDX-License-Identifier: Apache-2.0
// What the header of a CSV list says before its columns get their meaning.
#pragma once

#include "io/lists/table.hpp"

namespace dfe::io::lists {

/// Points of napari in a stack of volumes have axes for time or channels before z, y and x. Renames
/// them, so that axis-0 is z. Throws `Error` where the points are in several volumes.
void skip_leading_axes(Table& table);

/// Throws `Error` for a list with some columns of a triple of angles: they would be dropped.
void refuse_part_of_angles(const Table& table);

/// Whether the columns are cryoCAT's names of a motive list's rows.
bool is_cryocat(const Table& table);

}  // namespace dfe::io::lists
