// SPDX-License-Identifier: Apache-2.0
// Labels from other volumes.
#include <cmath>

#include "commands/target/shape_files.hpp"
#include "core/text.hpp"

namespace dfe::targets {

Merge parse_merge(std::string_view text) {
  Merge merge;
  const auto cut = [&](std::string_view& last) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return false;
    last = text.substr(colon + 1);
    return true;
  };
  std::string_view last;
  if (cut(last) && (last == "over" || last == "under")) {
    merge.over = last == "over";
    text.remove_suffix(last.size() + 1);
  }
  if (cut(last)) {
    if (const std::optional<int> label = parse_as<int>(last)) {
      if (*label < 1 || *label > 255)
        throw Error(ErrorKind::Usage, "target", "--merge", "label " + std::to_string(*label),
                    "labels are 1 to 255");
      merge.label = label;
      text.remove_suffix(last.size() + 1);
    }
  }
  merge.file = text;
  return merge;
}

std::int64_t merge_labels(const VolumeSource& volume, const Merge& merge,
                          VolumeView<std::uint8_t> labels) {
  const Extent3 n = labels.extent;
  if (volume.extent() != n)
    throw Error("target", merge.file,
                "has " + volume.extent().to_string() + " voxels, but the tomogram has " +
                    n.to_string() + " (z, y, x)",
                "give a label map on the tomogram's grid");
  std::vector<float> plane(static_cast<std::size_t>(n.y * n.x));
  std::int64_t voxels = 0;
  for (std::int64_t z = 0; z < n.z; ++z) {
    volume.read_box({{z, 0, 0}, {1, n.y, n.x}}, plane.data());
    std::uint8_t* const out = labels.plane(z);
    for (std::size_t i = 0; i < plane.size(); ++i) {
      const float value = plane[i];
      if (value == 0) continue;
      if (!(value > 0) || value > 255 || value != std::floor(value))
        throw Error("target", merge.file, "has a voxel with the value " + std::to_string(value),
                    "labels are whole numbers from 0 to 255");
      out[i] = static_cast<std::uint8_t>(merge.label.value_or(static_cast<int>(value)));
      ++voxels;
    }
  }
  return voxels;
}

}  // namespace dfe::targets
