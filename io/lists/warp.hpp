// SPDX-License-Identifier: Apache-2.0
// What Warp, M and WarpTools write. Species of M (wrpCoordinateX1, ...) are in Å from the centre of
// the tomogram's first voxel. Template matching writes RELION's columns with fractions of the
// tomogram: Å over size times pixel size (TiltSeries.MatchFull.cs). Angles are RELION's.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "io/lists/star_table.hpp"
#include "io/particle_list.hpp"

namespace dfe::io::lists {

/// Whether a table has particles of M.
bool is_species(const Table& table);

/// The particles of an M species.
ParticleList parse_species(const Table& table, const std::string& name, const ListOptions& options);

/// Whether the positions are fractions of the tomogram: all are from 0 to 1, of tilt series called
/// X.tomostar, and no pixel size is stated. Warp's lists of matches have no classes either, which
/// the caller sees.
bool are_fractions(const ParticleList& list);

/// What a tilt series' .tomostar (name), its .xml (name, unbinned pixel size, size) or WarpTools'
/// .settings file (unbinned pixel size, size in such pixels) say of the tomogram; nothing for other
/// files.
std::vector<ListTomogram> warp_tomogram(const std::string& text, const std::filesystem::path& path);

}  // namespace dfe::io::lists
