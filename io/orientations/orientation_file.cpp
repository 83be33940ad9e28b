// SPDX-License-Identifier: Apache-2.0
// Which reader a list of orientations needs; see the header.
#include "io/orientation_file.hpp"

#include "core/text.hpp"
#include "io/lists/orientation_list.hpp"
#include "io/lists/text.hpp"
#include "io/volume.hpp"

namespace dfe::io {

std::vector<Rotation> read_orientations(const std::filesystem::path& path) {
  if (to_lower(path.extension().string()) != ".em")
    return lists::parse_orientations(lists::load_text(path), path.string());
  const Volume<float> angles = read_volume(*open_volume(path));
  return lists::orientations_of(angles.view(), path.string());
}

}  // namespace dfe::io
