// SPDX-License-Identifier: Apache-2.0
// The motive list of TOM and AV3: 20 numbers per particle, in an EM file of 20 x N x 1 values or a
// CSV file without a header.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/lists/table.hpp"
#include "io/particle_list.hpp"

namespace dfe::io::lists {

inline constexpr std::size_t kMotlRows = 20;
using MotlColumn = std::array<double, kMotlRows>;  ///< of one particle; row n is at n - 1

/// The particles; positions count from `first`, the number of the first voxel. `area` and `name`
/// are for messages. Throws `Error` for numbers that are not finite and labels below 0.
ParticleList from_motl(const std::vector<MotlColumn>& columns, double first,
                       const std::string& area, const std::string& name);

/// The list as 20 numbers per particle. Numbers of particles are at most `most`.
std::vector<MotlColumn> to_motl(const ParticleList& list, std::int64_t most);

/// A CSV list with cryoCAT's names of the rows: score, geom1, geom2, subtomo_id, tomo_id, ...
ParticleList parse_motl_table(const Table& table, const ListOptions& options);

/// Whether a row, from 1, is measured in units of its own, so that small values matter: the score,
/// and rows without a meaning here.
bool is_measured_row(std::size_t row);

}  // namespace dfe::io::lists
