// SPDX-License-Identifier: Apache-2.0
// Voxel sizes of lists in Å, see the header.
#include "io/lists/angstrom_sizes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/voxel_size.hpp"
#include "io/lists/place.hpp"

namespace dfe::io::lists {

void note_teller(ListTomogram& stated, const std::string& file) {
  if (!stated.voxel_size.known()) return;
  if (stated.told_by.empty()) stated.told_by = file;
  if (stated.voxel_size_from != FactSource::Columns) stated.voxel_size_from = FactSource::List;
}

bool is_own_size(const ListTomogram& t) {
  return t.voxel_size_from == FactSource::List || t.voxel_size_from == FactSource::Columns;
}

void compare_sizes(ParticleList& list, const ListTomogram& stated, const ListTomogram& known,
                   const std::string& file, const ListOptions& options) {
  const VoxelSize &said = stated.voxel_size, &own = known.voxel_size;
  if (!said.known() || known.voxel_size_from != FactSource::Tomogram || same_voxel_size(said, own))
    return;
  const std::string teller = known.told_by.empty() ? "the tomogram" : "'" + known.told_by + "'";
  const double ratio = own.mean_angstrom() / said.mean_angstrom();
  const double binning = std::round(std::max(ratio, 1 / ratio));
  if (!same_voxel_size(scaled(said, ratio > 1 ? binning : 1 / binning), own))
    throw Error(ErrorKind::Usage, "list", file,
                fmt::format("is in Å and states voxels of {}, but {} has voxels of {}",
                            voxel_size_text(said), teller, voxel_size_text(own)),
                fmt::format("correct the one that is wrong, or give {} if the positions in Å are "
                            "right",
                            options.settings.voxel_size));
  const std::string warning = fmt::format(
      "the list states voxels of {}, but {} has voxels of {}; its positions, which are "
      "in Å, are not changed",
      voxel_size_text(said), teller, voxel_size_text(own));
  if (std::find(list.warnings.begin(), list.warnings.end(), warning) == list.warnings.end())
    list.warnings.push_back(warning);
}

}  // namespace dfe::io::lists
