// SPDX-License-Identifier: Apache-2.0
// What `info` says about a volume. Means and standard deviations of pieces are merged by Chan's
// formula, so that neither large offsets nor many voxels cost digits. Source: Chan, Golub, LeVeque,
// "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
#include <algorithm>
#include <cmath>
#include <memory>

#include "core/cancel.hpp"
#include "core/text.hpp"
#include "dfengine/error.hpp"
#include "info_parts.hpp"

namespace dfe {

namespace {

constexpr std::int64_t kVoxelsPerPiece = std::int64_t{1} << 22;

/// Adds `count` voxels to the statistics; `square_sum` is the sum of squared differences from the
/// mean.
void add_piece(VolumeStatistics& total, double& square_sum, const float* voxels,
               std::int64_t count) {
  std::int64_t finite = 0;
  double sum = 0;
  float low = 0, high = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    if (!std::isfinite(voxels[i])) continue;
    if (finite == 0) low = high = voxels[i];
    low = std::min(low, voxels[i]);
    high = std::max(high, voxels[i]);
    sum += voxels[i];
    ++finite;
  }
  total.nonfinite += count - finite;
  if (finite == 0) return;
  const double mean = sum / static_cast<double>(finite);
  double squares = 0;
  for (std::int64_t i = 0; i < count; ++i)
    if (std::isfinite(voxels[i])) squares += (voxels[i] - mean) * (voxels[i] - mean);

  total.min = total.finite == 0 ? low : std::min<double>(total.min, low);
  total.max = total.finite == 0 ? high : std::max<double>(total.max, high);
  const double before = static_cast<double>(total.finite), here = static_cast<double>(finite),
               after = before + here;
  const double difference = mean - total.mean;
  total.mean += difference * here / after;
  square_sum += squares + difference * difference * before * here / after;
  total.finite += finite;
}

std::string axis_text(const std::array<int, 3>& order) {
  return std::to_string(order[0]) + "," + std::to_string(order[1]) + "," + std::to_string(order[2]);
}

}  // namespace

VolumeStatistics volume_statistics(const VolumeSource& source, Observer* observer) {
  const Extent3 extent = source.extent();
  VolumeStatistics total;
  if (extent.voxels() == 0) return total;
  const std::int64_t columns = std::min(extent.x, kVoxelsPerPiece);
  const std::int64_t rows = std::clamp(kVoxelsPerPiece / columns, std::int64_t{1}, extent.y);
  const std::int64_t planes =
      std::clamp(kVoxelsPerPiece / (columns * rows), std::int64_t{1}, extent.z);
  const auto buffer = std::make_unique<float[]>(static_cast<std::size_t>(planes * rows * columns));
  double square_sum = 0;
  for (std::int64_t z = 0; z < extent.z; z += planes) {
    for (std::int64_t y = 0; y < extent.y; y += rows)
      for (std::int64_t x = 0; x < extent.x; x += columns) {
        stop_if_cancelled(observer, "info", source.info().path);
        const Box3 box{{z, y, x},
                       {std::min(planes, extent.z - z), std::min(rows, extent.y - y),
                        std::min(columns, extent.x - x)}};
        source.read_box(box, buffer.get());
        add_piece(total, square_sum, buffer.get(), box.extent.voxels());
      }
    if (observer) observer->progress("read", std::min(z + planes, extent.z), extent.z);
  }
  if (total.finite > 0) total.std = std::sqrt(square_sum / static_cast<double>(total.finite));
  return total;
}

InfoPart info_volume(const VolumeSource& source, bool statistics, Observer* observer) {
  const VolumeInfo& info = source.info();
  const VolumeGeometry& geometry = info.geometry;
  InfoPart part;
  Json& json = part.json;
  json = {{"kind", "volume"}, {"path", info.path}, {"format", info.format}};
  json["extent"] = json_extent(geometry.extent);
  json["voxel_size_angstrom"] = json_voxel_size(geometry.voxel_size);
  json["mode"] = info.mode;
  json["mrc_mode"] = info.mrc_mode >= 0 ? Json(info.mrc_mode) : Json(nullptr);
  json["byte_order"] = info.byte_order;
  json["axis_order"] = info.axis_order;
  json["compression"] = info.compression.empty() ? Json(nullptr) : Json(info.compression);
  json["extended_header_bytes"] = info.extended_header_bytes;
  part.text = info.path + ": " + info.format + " volume\n  extent      " +
              geometry.extent.to_string() + " voxels (z, y, x)\n  voxel size  " +
              voxel_size_text(geometry.voxel_size) + "\n  mode        " + info.mode + ", " +
              info.byte_order + " endian" +
              (info.compression.empty() ? "" : ", " + info.compression) + "\n";
  if (info.axis_order != std::array<int, 3>{1, 2, 3})
    part.text += "  axis order  " + axis_text(info.axis_order) + " in the file\n";

  std::vector<std::string> warnings = info.warnings;
  if (geometry.voxel_size.is_anisotropic())
    warnings.emplace_back(
        "the voxels are not cubic: a length in Å has another number of voxels along each axis, and "
        "the network and lists with one voxel size (RELION) do not fit");
  if (statistics) {
    const VolumeStatistics s = volume_statistics(source, observer);
    const bool any = s.finite > 0;
    json["min"] = any ? Json(s.min) : Json(nullptr);
    json["max"] = any ? Json(s.max) : Json(nullptr);
    json["mean"] = any ? Json(s.mean) : Json(nullptr);
    json["std"] = any ? Json(s.std) : Json(nullptr);
    json["nonfinite"] = s.nonfinite;
    if (s.nonfinite > 0)
      warnings.push_back(std::to_string(s.nonfinite) +
                         " voxels are NaN or infinite; the statistics exclude them");
    if (any && s.min == s.max)
      warnings.push_back("all voxels have the value " + number_text(s.min));
    part.text += any ? "  values      " + number_text(s.min) + " to " + number_text(s.max) +
                           ", mean " + number_text(s.mean) + ", std " + number_text(s.std) + "\n"
                     : "  values      none is finite\n";
  }
  json["origin_angstrom"] = {geometry.origin_angstrom.z, geometry.origin_angstrom.y,
                             geometry.origin_angstrom.x};
  json["start"] = {geometry.start.z, geometry.start.y, geometry.start.x};
  json["labels"] = geometry.labels;
  json["class_names"] = info.class_names;
  json["warnings"] = warnings;
  part.text += "  origin      " + number_text(geometry.origin_angstrom.z) + ", " +
               number_text(geometry.origin_angstrom.y) + ", " +
               number_text(geometry.origin_angstrom.x) + " Å; start " +
               std::to_string(geometry.start.z) + ", " + std::to_string(geometry.start.y) + ", " +
               std::to_string(geometry.start.x) + " voxels (z, y, x)\n";
  if (!info.class_names.empty()) part.text += "  names       " + join(info.class_names) + "\n";
  for (const std::string& label : geometry.labels) part.text += "  label       " + label + "\n";
  for (const std::string& warning : warnings) part.text += "  warning: " + warning + "\n";
  return part;
}

}  // namespace dfe
