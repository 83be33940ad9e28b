// SPDX-License-Identifier: Apache-2.0
// EMAN2's attributes, see the header. Integers of b bits hold the range from rendermin to rendermax
// in 2^b - 1 steps: from 0, or from -2^(b-1) in signed types. Floats are stored as they are.
#include "io/volumes/eman_hdf5.hpp"

#include <cmath>

#include "dfengine/error.hpp"
#include "io/volumes/voxel_size.hpp"

namespace dfe::io {
namespace {

constexpr std::string_view kBegin = "/MDF/images/", kEnd = "/image";
constexpr double kMostBits = 16;  // EMAN2 writes no more

std::string group_of(const std::string& dataset) {
  return dataset.substr(0, dataset.size() - kEnd.size());
}

double number(const h5::Reader& file, const std::string& group, const std::string& name) {
  return file.has_attribute(group, name) ? file.read_number(group, name) : 0.0;
}

}  // namespace

bool is_eman_image(const std::string& dataset) {
  return dataset.starts_with(kBegin) && dataset.ends_with(kEnd) &&
         dataset.size() > kBegin.size() + kEnd.size();
}

void read_eman_geometry(const h5::Reader& file, const std::string& dataset,
                        VolumeGeometry& geometry) {
  const std::string group = group_of(dataset);
  const auto of = [&](const char* name) { return number(file, group, name); };
  geometry.voxel_size = {of("EMAN.apix_z"), of("EMAN.apix_y"), of("EMAN.apix_x")};
  const Point3 origin{of("EMAN.origin_z"), of("EMAN.origin_y"), of("EMAN.origin_x")};
  if (std::isfinite(origin.z) && std::isfinite(origin.y) && std::isfinite(origin.x))
    geometry.origin_angstrom = origin;
}

Rendering read_eman_rendering(const h5::Reader& file, const std::string& dataset,
                              const std::string& type) {
  const std::string group = group_of(dataset);
  const double bits = number(file, group, "EMAN.stored_renderbits");
  if (type.starts_with("float") || !(bits > 0)) return {};
  const double low = number(file, group, "EMAN.stored_rendermin"),
               high = number(file, group, "EMAN.stored_rendermax");
  if (bits > kMostBits || bits != std::floor(bits) || !std::isfinite(low) || !std::isfinite(high))
    throw Error("hdf5", file.name_of(dataset),
                "says that " + number_text(bits) + " bits hold values from " + number_text(low) +
                    " to " + number_text(high) + " (EMAN.stored_render...)",
                "EMAN2 writes 1 to 16 bits; the file is damaged");
  const double steps = std::exp2(bits) - 1, scale = (high - low) / steps,
               lowest = type.starts_with("int") ? -std::exp2(bits - 1) : 0;
  return {scale, low - lowest * scale, true};
}

}  // namespace dfe::io
