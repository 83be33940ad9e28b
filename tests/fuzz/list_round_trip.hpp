// SPDX-License-Identifier: Apache-2.0
// What every list reader must satisfy for any bytes: it throws dfe::Error or gives a list, and a
// list that it gives can be written and read again with the same particles.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "io/lists/formats.hpp"

namespace dfe::fuzz {

/// Formats in Å are written if the voxel size is known.
inline bool needs_voxel_size(io::ListFormat format) {
  return format == io::ListFormat::Copick || format == io::ListFormat::Eman2 ||
         format == io::ListFormat::Markers;
}

/// `margin`: what x may be off by, per voxel of 1 + x.
template <class Format>
void round_trip(const std::uint8_t* data, std::size_t size, io::ListFormat format,
                Format&& format_list, double margin = 1e-2) {
  io::ListOptions options;
  options.format = format;
  options.xml_axes = io::XmlAxes::Xyz;
  ParticleList list;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    io::lists::parse_list(bytes, "fuzz", "", {});  // finds the format, without help
  } catch (const Error&) {
  }
  try {
    if (!needs_voxel_size(format))
      list = io::lists::parse_list(bytes, "fuzz", "", options);  // of any tomograms
  } catch (const Error&) {
  }
  const VoxelSize voxel = needs_voxel_size(format) ? VoxelSize::cubic(10) : VoxelSize{};
  options.tomograms = {ListTomogram::of("", {101, 80, 64}, voxel)};
  try {
    if (list.particles.empty()) list = io::lists::parse_list(bytes, "fuzz", "", options);
  } catch (const Error&) {
    return;
  }
  if (list.tomograms.size() > 1) options.tomograms.clear();
  const std::string text = format_list(list, options);
  const ParticleList again =
      io::lists::parse_list(text, "again", "", options);  // an Error here is a finding
  if (again.particles.size() != list.particles.size()) std::abort();
  for (std::size_t i = 0; i < list.particles.size(); ++i) {
    const Particle &a = list.particles[i], &b = again.particles[i];
    const double scale = 1 + std::abs(a.position_voxels.x);
    if (a.class_label != b.class_label ||
        std::abs(a.position_voxels.x - b.position_voxels.x) > margin * scale)
      std::abort();
  }
}

}  // namespace dfe::fuzz
