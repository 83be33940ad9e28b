// SPDX-License-Identifier: Apache-2.0
// Levels and axes of an OME-Zarr image, see the header.
#include "io/volumes/zarr/multiscales.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/text.hpp"
#include "dfengine/error.hpp"

namespace dfe::io::zarr {
namespace {

/// Scale and translation of one list of transformations, applied after those that `level` has.
void apply(Level& level, const Json& transformations, std::size_t axes) {
  if (!transformations.is_array()) return;
  for (const Json& step : transformations) {
    const std::string type = text_member(step, "type");
    if (type != "scale" && type != "translation") continue;
    const std::vector<double> values = numbers(member(step, type.c_str()));
    if (values.size() != axes) continue;
    if (level.scale.empty()) level.scale.assign(axes, 1);
    if (level.translation.empty()) level.translation.assign(axes, 0);
    for (std::size_t i = 0; i < axes; ++i) {
      if (type == "scale") {
        level.scale[i] *= values[i];
        level.translation[i] *= values[i];
      } else {
        level.translation[i] += values[i];
      }
    }
  }
}

std::vector<Axis> read_axes(const Json& axes, const std::string& name) {
  constexpr std::size_t kMost = 8;
  std::vector<Axis> result;
  if (!axes.is_array()) return {};
  if (axes.size() > kMost)
    throw Error("zarr", name, "has " + std::to_string(axes.size()) + " axes",
                "a volume has three: z, y, x");
  for (const Json& axis : axes)
    result.push_back({to_lower(axis.is_string() ? axis.get<std::string>()  // version 0.3
                                                : text_member(axis, "name")),
                      text_member(axis, "unit")});
  return result;
}

std::string read_path(const Json& dataset, const std::string& name) {
  std::string path = text_member(dataset, "path");
  const std::filesystem::path parts(path);
  if (path.empty() || parts.is_absolute() ||
      std::any_of(parts.begin(), parts.end(), [](const auto& part) { return part == ".."; }))
    throw Error("zarr", name, "names the array " + shown(member(dataset, "path")),
                "expected a folder within the group");
  return path;
}

/// Å of one unit; 0 for an unknown one.
double angstrom_per(std::string unit) {
  static const std::array<std::pair<const char*, double>, 16> kUnits{{{"angstrom", 1},
                                                                      {"angstroms", 1},
                                                                      {"å", 1},
                                                                      {"Å", 1},
                                                                      {"nanometer", 10},
                                                                      {"nanometers", 10},
                                                                      {"nm", 10},
                                                                      {"micrometer", 1e4},
                                                                      {"micron", 1e4},
                                                                      {"um", 1e4},
                                                                      {"µm", 1e4},
                                                                      {"millimeter", 1e7},
                                                                      {"mm", 1e7},
                                                                      {"picometer", 0.01},
                                                                      {"pm", 0.01},
                                                                      {"meter", 1e10}}};
  if (unit == "A") return 1;
  unit = to_lower(unit);
  for (const auto& [known, angstrom] : kUnits)
    if (unit == known) return angstrom;
  return 0;
}

}  // namespace

std::optional<Multiscales> parse_multiscales(const Json& attributes, const std::string& name) {
  const Json& ome = member(attributes, "ome");  // since 0.5
  const Json& list = member(ome.is_object() ? ome : attributes, "multiscales");
  if (!list.is_array() || list.empty()) return std::nullopt;
  const Json& image = list.front();
  Multiscales result;
  result.axes = read_axes(member(image, "axes"), name);
  const Json& datasets = member(image, "datasets");
  constexpr std::size_t kMostLevels = 64;
  if (!datasets.is_array() || datasets.empty() || datasets.size() > kMostLevels)
    throw Error("zarr", name, "its multiscales have no datasets", "the metadata are damaged");
  for (const Json& dataset : datasets) {
    Level level;
    level.path = read_path(dataset, name);
    apply(level, member(dataset, "coordinateTransformations"), result.axes.size());
    if (!level.scale.empty())
      apply(level, member(image, "coordinateTransformations"), result.axes.size());
    result.levels.push_back(std::move(level));
  }
  return result;
}

std::array<int, 3> find_axes(const std::vector<Axis>& axes, const std::vector<std::int64_t>& shape,
                             const std::string& name) {
  std::vector<std::string> names;
  for (const Axis& axis : axes) names.push_back(axis.name);
  if (names.empty() && shape.size() >= 3 && shape.size() <= 5) {
    const std::vector<std::string> all{"t", "c", "z", "y", "x"};
    names.assign(all.end() - static_cast<std::ptrdiff_t>(shape.size()), all.end());
  }
  if (names.size() != shape.size())
    throw Error("zarr", name,
                "has " + std::to_string(shape.size()) + " dimensions and " +
                    std::to_string(names.size()) + " names of axes",
                "a volume has z, y and x");
  std::array<int, 3> zyx{-1, -1, -1};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto place = std::string_view("zyx").find(names[i]);
    if (names[i].size() == 1 && place != std::string_view::npos && zyx[place] < 0)
      zyx[place] = static_cast<int>(i);
    else if (shape[i] != 1)
      throw Error("zarr", name,
                  "has " + std::to_string(shape[i]) + " entries along the axis '" + names[i] + "'",
                  "expected one volume with the axes z, y, x");
  }
  if (std::find(zyx.begin(), zyx.end(), -1) != zyx.end())
    throw Error("zarr", name, "has the axes " + join(names), "a volume has z, y and x");
  return zyx;
}

void set_geometry(VolumeInfo& info, const std::vector<Axis>& axes, const Level& level,
                  const std::array<int, 3>& zyx) {
  if (level.scale.empty()) return;
  std::array<double, 3> size{}, origin{};
  bool unitless = true;
  for (const int dimension : zyx)
    unitless = unitless && axes[static_cast<std::size_t>(dimension)].unit.empty();
  if (unitless)
    info.warnings.push_back(
        "The axes have no unit; the voxel size is taken to be in Å, as in files of the CryoET Data "
        "Portal before April 2024. Set it with --voxel-size if it is wrong.");
  for (std::size_t i = 0; i < 3; ++i) {
    const auto dimension = static_cast<std::size_t>(zyx[i]);
    const std::string& unit = axes[dimension].unit;
    const double angstrom = unitless ? 1 : angstrom_per(unit);
    if (angstrom == 0) {
      info.warnings.push_back("The unit '" + unit + "' of the axis " + axes[dimension].name +
                              " is not a known length; the voxel size is not used.");
      return;
    }
    size[i] = level.scale[dimension] * angstrom;
    origin[i] = level.translation[dimension] * angstrom;
  }
  info.geometry.voxel_size = {size[0], size[1], size[2]};
  info.geometry.origin_angstrom = {origin[0], origin[1], origin[2]};
}

}  // namespace dfe::io::zarr
