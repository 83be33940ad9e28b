// SPDX-License-Identifier: Apache-2.0
// Small inputs for the command line.
#pragma once

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "io/volume.hpp"

namespace dfe::test {

/// 20x30x40 voxels of 10 Å with a cube of 5³ voxels of label 1 about (5, 6, 7) and one of 7³ of label 2 about (12, 20, 30).
inline void write_two_cubes(const std::filesystem::path& path) {
  LabelMap map;
  map.geometry.extent = {20, 30, 40};
  map.geometry.voxel_size = VoxelSize::cubic(10);
  map.labels = Volume<std::uint8_t>(map.geometry.extent, 0);
  const auto cube = [&](Index3 centre, std::int64_t half, std::uint8_t label) {
    for (std::int64_t z = -half; z <= half; ++z)
      for (std::int64_t y = -half; y <= half; ++y)
        for (std::int64_t x = -half; x <= half; ++x) map.labels(centre.z + z, centre.y + y, centre.x + x) = label;
  };
  cube({5, 6, 7}, 2, 1);
  cube({12, 20, 30}, 3, 2);
  io::write_label_map(path, map);
}

/// A DeepFinder object list of three objects.
inline void write_xml_list(const std::filesystem::path& path) {
  std::ofstream(path) << "<objlist>\n"
                         "  <object tomo_idx=\"0\" class_label=\"1\" x=\"7\" y=\"6\" z=\"5\"/>\n"
                         "  <object tomo_idx=\"0\" class_label=\"2\" x=\"30.25\" y=\"20\" z=\"12\"/>\n"
                         "  <object tomo_idx=\"0\" class_label=\"2\" x=\"1\" y=\"2\" z=\"3\"/>\n"
                         "</objlist>\n";
}

/// Parses, and fails the test with the text where it is not JSON.
inline nlohmann::json parse_json(const std::string& text) {
  INFO(text);
  REQUIRE(nlohmann::json::accept(text));
  return nlohmann::json::parse(text);
}

}  // namespace dfe::test
